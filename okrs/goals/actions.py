"""Setting cycles, objectives and key results."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import Unit, User
from innovation.people.permissions import check_can_hand_over
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from okrs.goals.models import Cycle, KeyResult, Objective, TargetMove
from okrs.goals.permissions import check_can_manage_goals, check_can_open_cycle
from okrs.goals.room import GoalsPermission


@atomic
def create_cycle(
    *, by: User, at: datetime, unit: Unit, name: str, starts_on: date, ends_on: date
) -> Cycle:
    """Open a span for the objectives of a unit and of those below it."""
    check_can_open_cycle(by, unit)
    cycle = Cycle(unit=unit, name=name, starts_on=starts_on, ends_on=ends_on)
    _save(cycle)
    audit.record("cycle.created", cycle, by=by, at=at)
    return cycle


@atomic
def create_objective(
    *,
    by: User,
    at: datetime,
    cycle: Cycle,
    unit: Unit,
    title: str,
    sponsor: User,
    why: str = "",
    parent: Objective | None = None,
) -> Objective:
    check_can_manage_goals(by, unit)
    objective = Objective(
        cycle=cycle,
        unit=unit,
        title=title,
        why=why,
        sponsor=sponsor,
        parent=parent,
        created_at=at,
    )
    _check_cycle(objective)
    _check_parent(objective, parent)
    _save(objective)
    audit.record("objective.created", objective, by=by, at=at)
    return objective


@atomic
def edit_objective(objective: Objective, *, by: User, at: datetime, **fields: object) -> Objective:
    """Change an objective; moving it to another unit needs the say in both."""
    objective.refresh_from_db(from_queryset=Objective.objects.select_for_update())
    check_can_manage_goals(by, objective.unit)
    unit = fields.get("unit", objective.unit)
    assert isinstance(unit, Unit)
    check_can_manage_goals(by, unit)
    changed = _change(objective, fields)
    _check_cycle(objective)
    _check_parent(objective, objective.parent)
    _save(objective)
    if changed:
        audit.record(
            "objective.edited",
            objective,
            by=by,
            at=at,
            what=_words(objective, changed),
            changed=changed,
        )
    return objective


@atomic
def hand_over(objective: Objective, *, by: User, at: datetime, to: User) -> None:
    """Give an objective whose sponsor has left to another who sets objectives there."""
    objective.refresh_from_db(from_queryset=Objective.objects.select_for_update())
    before = objective.sponsor
    check_can_hand_over(by, objective.unit_id, before, GoalsPermission.MANAGE)
    if not to.may(GoalsPermission.MANAGE, objective.unit_id):
        raise Refused(
            _("%(person)s sets no objectives in %(unit)s, so they cannot sponsor this one.")
            % {"person": to.name, "unit": objective.unit}
        )
    objective.sponsor = to
    objective.save(update_fields=["sponsor"])
    audit.record(
        "objective.handed_over",
        objective,
        by=by,
        at=at,
        also=(before, to),
        before=audit.named(before),
        person=audit.named(to),
    )


@atomic
def add_key_result(
    objective: Objective,
    *,
    by: User,
    at: datetime,
    title: str,
    start: Decimal,
    target: Decimal,
    measure_unit: str = "",
) -> KeyResult:
    check_can_manage_goals(by, objective.unit)
    key_result = KeyResult(
        objective=objective,
        title=title,
        start=start,
        target=target,
        measure_unit=measure_unit,
    )
    _save(key_result)
    audit.record(
        "key_result.added",
        key_result,
        by=by,
        at=at,
        also=(objective,),
        unit_id=objective.unit_id,
    )
    return key_result


@atomic
def edit_key_result(
    key_result: KeyResult, *, by: User, at: datetime, **fields: object
) -> KeyResult:
    """Change a key result. What it said before is kept and shown: a moved target is seen."""
    key_result.refresh_from_db(from_queryset=KeyResult.objects.select_for_update())
    check_can_manage_goals(by, key_result.objective.unit)
    before = {"start_before": key_result.start, "target_before": key_result.target}
    changed = _change(key_result, fields)
    _check(key_result)
    if {"start", "target"} & changed.keys():
        TargetMove.objects.create(
            key_result=key_result,
            start=key_result.start,
            target=key_result.target,
            at=at,
            by=by,
            **before,
        )
    key_result.save()
    if changed:
        audit.record(
            "key_result.edited",
            key_result,
            by=by,
            at=at,
            also=(key_result.objective,),
            unit_id=key_result.objective.unit_id,
            what=_words(key_result, changed),
            changed=changed,
        )
    return key_result


def _change(thing: Model, fields: dict[str, object]) -> dict[str, list[str]]:
    """Set the fields; what changed, as {field: [before, after]} in words."""
    changed = {}
    for name, value in fields.items():
        before = getattr(thing, name)
        if before != value:
            changed[name] = [str(before), str(value)]
            setattr(thing, name, value)
    return changed


def _words(thing: Model, changed: dict[str, list[str]]) -> str:
    """The changed fields as people call them."""
    return ", ".join(
        str(thing._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        for name in changed
    )


def _save(thing: Model) -> None:
    _check(thing)
    thing.save()


def _check(thing: Model) -> None:
    """The database's own refusals, as sentences."""
    try:
        thing.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def _check_cycle(objective: Objective) -> None:
    if not Cycle.objects.for_unit(objective.unit).filter(pk=objective.cycle_id).exists():
        raise Refused(
            _("%(cycle)s is a cycle of %(theirs)s; choose one of %(unit)s or of a unit above it.")
            % {
                "cycle": objective.cycle,
                "theirs": objective.cycle.unit,
                "unit": objective.unit,
            }
        )


def _check_parent(objective: Objective, parent: Objective | None) -> None:
    """An objective is part of one in the same cycle, and never of itself by a detour."""
    seen = set()
    above = parent
    while above is not None:
        if above.pk == objective.pk or above.pk in seen:
            raise Refused(_("An objective cannot be part of itself."))
        if above.cycle_id != objective.cycle_id:
            raise Refused(_("An objective is part of one in the same cycle."))
        seen.add(above.pk)
        above = above.parent
