"""Who has a part in a pilot, as the database asks it: the same people as `permissions.has_a_part`,
`had_a_part` and whoever opened, sponsors or owns it."""

from __future__ import annotations

_HAS_A_PART = """EXISTS (
    SELECT 1 FROM pilots_pilot p WHERE p.id = NEW.pilot_id AND (
        {who} IN ({named})
        OR EXISTS (SELECT 1 FROM pilots_teammember t WHERE t.pilot_id = p.id AND t.person_id = {who})
        OR EXISTS (SELECT 1 FROM pilots_formermember f WHERE f.pilot_id = p.id AND f.person_id = {who}))
)"""


def has_a_part(who: str, *, owns: bool = True) -> str:
    """The condition, in SQL, of the person in column `who`; of its owner too where `owns`."""
    named = "p.lead_id, p.opened_by_id, p.sponsor_id" + (", p.owner_id" if owns else "")
    return _HAS_A_PART.format(who=who, named=named)
