"""Cycles, objectives aligned along the units, and key results."""

from __future__ import annotations

from datetime import date

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from innovation.people.models import Unit, User
from okrs.goals.room import GoalsPermission


class CycleQuerySet(models.QuerySet["Cycle"]):
    def visible_to(self, user: User) -> CycleQuerySet:
        """Those of units the user reaches, and of the units above, as objectives are."""
        above = user.above(GoalsPermission.READ)
        return self.filter(unit_id__within=above)

    def current_for(self, user: User, day: date) -> Cycle | None:
        """What is shown first: the whole organisation's cycle that `day` falls in, or its last one
        that had begun by then; where it has none, that of a unit of the user's. A unit's own
        cycle replaces nobody else's."""
        begun = self.visible_to(user).filter(starts_on__lte=day).select_related("unit")
        whole = models.Case(
            models.When(unit__parent=None, then=0), default=1, output_field=models.IntegerField()
        )
        return begun.order_by(whole, "-starts_on", "pk").first()

    def for_unit(self, unit: Unit) -> CycleQuerySet:
        """Those that objectives of this unit may be set for: its own, and those of units above."""
        return self.filter(unit__in=[one.pk for one in unit.ancestors(include_self=True)])


class Cycle(models.Model):
    """A span in which a unit and those below it set objectives, mostly the whole organisation."""

    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("unit")
    )
    name = models.CharField(_("name"), max_length=60)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    objects = CycleQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="cycle_once_a_unit",
                violation_error_message=_("This unit has a cycle of this name."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="cycle_ends_after_it_starts",
                violation_error_message=_("The cycle must end after it begins."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name, with the unit whose it is unless that is the whole organisation."""
        return self.name if self.unit.parent_id is None else f"{self.name} · {self.unit}"


class ObjectiveQuerySet(models.QuerySet["Objective"]):
    def visible_to(self, user: User) -> ObjectiveQuerySet:
        """Objectives of units the user reaches, and of the units above: they are meant for all."""
        return self.filter(unit_id__within=user.above(GoalsPermission.READ))


class Objective(models.Model):
    cycle = models.ForeignKey(
        Cycle,
        on_delete=models.PROTECT,
        related_name="objectives",
        verbose_name=_("cycle"),
    )
    unit = models.ForeignKey(
        "innovation.Unit",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("unit"),
    )
    title = models.CharField(_("objective"), max_length=160)
    why = models.TextField(_("why it matters"), max_length=1000, blank=True)
    sponsor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("sponsor"),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    created_at = models.DateTimeField()
    # When the first cycle that it was moved from had begun; null where it was moved from none.
    begun_on = models.DateField(null=True, blank=True, editable=False)

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "unit", "title"],
                name="objective_once_a_cycle",
                violation_error_message=_("This unit has this objective in this cycle."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | ~Q(parent=F("id")),
                name="objective_not_its_own_parent",
            ),
        ]
        triggers = [
            # What was said of it in a cycle that had begun stays said.
            pgtrigger.Trigger(
                name="keeps_when_it_began",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("cycle_id", "begun_on"),
                func="""
                    NEW.begun_on := OLD.begun_on;
                    IF NEW.cycle_id <> OLD.cycle_id THEN
                        SELECT LEAST(OLD.begun_on, max(cycle.starts_on)) INTO NEW.begun_on
                        FROM okrs_cycle cycle
                        WHERE cycle.id = OLD.cycle_id AND cycle.starts_on <= now()::date;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="in_a_cycle_of_its_unit",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("cycle_id", "unit_id"),
                func="""
                    IF NOT EXISTS (
                        WITH RECURSIVE above(id, parent_id) AS (
                            SELECT id, parent_id FROM innovation_unit WHERE id = NEW.unit_id
                            UNION
                            SELECT unit.id, unit.parent_id FROM innovation_unit unit
                            JOIN above ON unit.id = above.parent_id
                        )
                        SELECT 1 FROM okrs_cycle cycle
                        JOIN above ON above.id = cycle.unit_id WHERE cycle.id = NEW.cycle_id
                    ) THEN
                        RAISE EXCEPTION 'the cycle is of another unit'
                        USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'objective_in_a_cycle_of_its_unit';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class KeyResultQuerySet(models.QuerySet["KeyResult"]):
    def visible_to(self, user: User) -> KeyResultQuerySet:
        """Those of the objectives that the user sees."""
        return self.filter(objective__unit_id__within=user.above(GoalsPermission.READ))


class KeyResult(models.Model):
    """From where to where, in which unit. What it stands at now is measured, never typed."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="key_results")
    title = models.CharField(_("key result"), max_length=160)
    start = models.DecimalField(_("from"), max_digits=20, decimal_places=6)
    target = models.DecimalField(_("to"), max_digits=20, decimal_places=6)
    measure_unit = models.CharField(_("measured in"), max_length=20, blank=True)

    objects = KeyResultQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(start=F("target")),
                name="key_result_goes_somewhere",
                violation_error_message=_("The target must differ from the start."),
            ),
            models.UniqueConstraint(
                fields=["objective", "title"],
                name="key_result_once_an_objective",
                violation_error_message=_("This objective has this key result."),
            ),
        ]
        triggers = [
            # Whatever moves it: its action says by whom, and has written the row already.
            pgtrigger.Trigger(
                name="moves_leave_a_mark",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("start", "target"),
                condition=pgtrigger.AnyChange("start", "target"),
                func="""
                    IF (NEW.start, NEW.target, OLD.start, OLD.target) IS DISTINCT FROM (
                        SELECT (start, target, start_before, target_before)
                        FROM okrs_targetmove WHERE key_result_id = NEW.id ORDER BY id DESC LIMIT 1
                    ) THEN
                        INSERT INTO okrs_targetmove
                            (key_result_id, start_before, target_before, start, target, at)
                        VALUES (NEW.id, OLD.start, OLD.target, NEW.start, NEW.target, now());
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.title


class TargetMoveQuerySet(models.QuerySet["TargetMove"]):
    def within_the_cycle(self) -> TargetMoveQuerySet:
        """Those of which the objective had begun, in this cycle or one that it was moved from: before
        that it was being set."""
        objective = "key_result__objective"
        begun = Least(f"{objective}__begun_on", f"{objective}__cycle__starts_on")
        return self.filter(at__date__gte=begun).select_related("by").order_by("pk")


class TargetMove(models.Model):
    """A key result that is to go from or to elsewhere: what it said before, when, and who moved it (None:
    past this site, in the database)."""

    key_result = models.ForeignKey(KeyResult, on_delete=models.CASCADE, related_name="moves")
    start_before = models.DecimalField(max_digits=20, decimal_places=6)
    target_before = models.DecimalField(max_digits=20, decimal_places=6)
    start = models.DecimalField(max_digits=20, decimal_places=6)
    target = models.DecimalField(max_digits=20, decimal_places=6)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = TargetMoveQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.key_result}: {self.target_before} → {self.target}"
