"""Objectives and key results for stories."""

from datetime import date
from decimal import Decimal
from typing import Any

from innovation.people.models import Unit
from okrs.alignment import actions as alignment
from okrs.alignment.models import Contribution
from okrs.goals import actions
from okrs.goals.models import Cycle, KeyResult, Objective
from tests.factories.cast import NOW, Cast
from tests.factories.pilots import open_pilot
from tests.factories.remembered import remembered


@remembered
def make_cycle(**fields: Any) -> Cycle:
    named = {
        "unit": Unit.objects.get(parent=None),
        "name": "Q4 2026",
        "starts_on": date(2026, 10, 1),
        "ends_on": date(2026, 12, 31),
    }
    return Cycle.objects.get_or_create(name=fields.get("name", "Q4 2026"), defaults=named | fields)[
        0
    ]


@remembered
def make_objective(cast: Cast, **fields: Any) -> Objective:
    """An objective of St Brigid; the same one again where it has it already."""
    given: dict[str, Any] = {
        "by": cast.amara,
        "at": NOW,
        "cycle": make_cycle(),
        "unit": cast.brigid,
        "title": "Clinicians get their evenings back",
        "sponsor": cast.amara,
    }
    given |= fields
    same = Objective.objects.filter(**{name: given[name] for name in ("cycle", "unit", "title")})
    return same.first() or actions.create_objective(**given)


@remembered
def make_key_result(cast: Cast, **fields: Any) -> KeyResult:
    objective = fields.pop("objective", None) or make_objective(cast)
    given: dict[str, Any] = {
        "by": cast.amara,
        "at": NOW,
        "title": "Note time per visit",
        "start": Decimal("16.1"),
        "target": Decimal("11"),
        "measure_unit": "minutes",
    }
    return actions.add_key_result(objective, **given | fields)


@remembered
def make_contribution(cast: Cast, **fields: Any) -> Contribution:
    pilot = fields.pop("pilot", None) or open_pilot(cast)
    given: dict[str, Any] = {"by": pilot.lead, "at": NOW, "claimed": Decimal(-5)}
    if "key_result" not in fields:
        given["key_result"] = make_key_result(cast)
    return alignment.contribute(pilot, **given | fields)
