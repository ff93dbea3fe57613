"""Keeping the list of skills. None is deleted: it is not offered any more."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import Unit, User
from innovation.rules import constraints
from innovation.rules.refusal import Conflict, Malformed
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.talent.models import AddedSkill
from innovation.talent.permissions import check_can_keep_skills, check_can_retire_skill
from innovation.talent.skills import BaseSkill
from innovation.workflow import actions as workflow


@atomic
def add_skill(*, name: str, unit: Unit, by: User, at: datetime) -> AddedSkill:
    """Put a skill on the list, or back on it."""
    check_can_keep_skills(by, unit)
    name = visible(name)
    if not name:
        raise Malformed(_("Give the skill a name."))
    if name.lower() in {str(one.label).lower() for one in BaseSkill}:
        raise Conflict(_("This skill is on the list already."))
    with constraints.explained():
        made = AddedSkill.objects.create(name=name, unit=unit, added_by=by, added_at=at)
    audit.record("skill.added", made, by=by, at=at)
    return made


@atomic
def retire_skill(skill: AddedSkill, *, by: User, at: datetime) -> AddedSkill:
    """Offer it no more. Whoever chose it keeps it until they say otherwise."""
    workflow.lock(skill)
    check_can_retire_skill(by, skill)
    if skill.retired_at is not None:
        raise Conflict(_("It is off the list already."))
    skill.retired_at = at
    skill.save(update_fields=["retired_at"])
    audit.record("skill.retired", skill, by=by, at=at)
    return skill
