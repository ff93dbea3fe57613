"""Switching one's own profile on and off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.refusal import Conflict, Malformed
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.talent import queries
from innovation.talent.disciplines import Discipline, OpenFor
from innovation.talent.models import TalentProfile
from innovation.talent.permissions import check_can_be_found

MOST_SKILLS = 15


@atomic
def show(
    *,
    by: User,
    at: datetime,
    discipline: str,
    line: str = "",
    skills: Iterable[str] = (),
    own_words: str = "",
    wishes: str = "",
    open_for: Iterable[str] = (),
) -> TalentProfile:
    """Switch one's profile on, or say something else in it."""
    _lock(by)
    check_can_be_found(by)
    before = TalentProfile.objects.filter(person=by).first()
    if discipline not in Discipline.values:
        raise Malformed(_("Say what you come from."))
    said = {
        "discipline": discipline,
        "line": visible(line),
        "skills": chosen_skills(skills, before=before.skills if before else ()),
        "own_words": visible(own_words),
        "wishes": visible(wishes),
        "open_for": [str(one) for one in OpenFor if one.value in set(open_for)],
    }
    if before is None:
        made = TalentProfile.objects.create(person=by, shown_since=at, changed_at=at, **said)
        audit.record("person.profile_shown", by, by=by, at=at)
        return made
    changed = [name for name, value in said.items() if getattr(before, name) != value]
    if changed:
        for name in changed:
            setattr(before, name, said[name])
        before.changed_at = at
        before.save(update_fields=[*changed, "changed_at"])
        audit.record("person.profile_changed", by, by=by, at=at)
    return before


@atomic
def hide(*, by: User, at: datetime) -> None:
    """Switch one's profile off: all that one said goes, and nobody finds one any more."""
    _lock(by)
    gone, _rows = TalentProfile.objects.filter(person=by).delete()
    if not gone:
        raise Conflict(_("Your profile is off already."))
    audit.record("person.profile_hidden", by, by=by, at=at)


def chosen_skills(skills: Iterable[str], *, before: Iterable[str] = ()) -> list[str]:
    """The keys as they stand on the list, each once; refused where one is not on it."""
    keys = list(dict.fromkeys(skills))
    if len(keys) > MOST_SKILLS:
        raise Malformed(_("Choose at most %(n)s skills.") % {"n": MOST_SKILLS})
    on_the_list = {key for key, _name in queries.offered_skills(chosen=list(before))}
    if any(key not in on_the_list for key in keys):
        raise Malformed(_("One of the skills is not on the list."))
    return sorted(keys)


def _lock(by: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
