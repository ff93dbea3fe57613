"""What people are offered for taking part in a pilot, and what that did."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.rules import dates
from pilots.adoption.models import AffectedGroup
from pilots.funding.models import BudgetLine
from pilots.funding.promises import left_to_promise
from pilots.incentives.kinds import COSTS_MONEY, CareerForm, IncentiveKind, IncentiveOutcome
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric


class IncentiveQuerySet(models.QuerySet["Incentive"]):
    def visible_to(self, user: User) -> IncentiveQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def standing(self) -> IncentiveQuerySet:
        return self.filter(dropped_at=None)

    def for_list(self) -> IncentiveQuerySet:
        return self.select_related(
            "pilot__unit", "pilot__lead", "group", "metric", "line", "by", "dropped_by"
        ).prefetch_related("evaluations__by")


class Incentive(models.Model):
    """One thing that is offered: to whom, from when to when, why it fits, and what it must not do."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="incentives")
    kind = models.CharField(_("kind"), max_length=14, choices=IncentiveKind.choices)
    career = models.CharField(
        _("in what form"), max_length=10, choices=CareerForm.choices, blank=True
    )
    what = models.CharField(_("what is offered"), max_length=300)
    for_whom = models.CharField(_("to whom"), max_length=200)
    # Whose pulse and use are looked at before and after.
    group = models.ForeignKey(
        AffectedGroup,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("group"),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    why_fits = models.TextField(_("why it fits"), max_length=600)
    must_not = models.TextField(_("what it must not do"), max_length=600)
    metric = models.ForeignKey(
        Metric,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("given for"),
    )
    # Of which guardrails it was said why the offer does no harm to what they count.
    despite = models.TextField(_("what keeps it from that"), max_length=600, blank=True)
    answered = ArrayField(models.BigIntegerField(), default=list, blank=True)
    cost: models.DecimalField[Decimal | None, Decimal | None] = models.DecimalField(
        _("cost"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    # Lines are made anew with each change of a budget: then the cost waits for a line again.
    line = models.ForeignKey(
        BudgetLine,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("budget line"),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dropped_because = models.TextField(_("why it was taken back"), max_length=600, blank=True)

    objects = IncentiveQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(what="") & ~Q(for_whom="") & ~Q(why_fits="") & ~Q(must_not=""),
                name="incentive_says_what_and_why",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=IncentiveKind.values)
                & (
                    (Q(kind="career") & Q(career__in=CareerForm.values))
                    | (~Q(kind="career") & Q(career=""))
                ),
                name="incentive_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="incentive_ends_after_it_starts",
                violation_error_message=_("The end must not come before the start."),
            ),
            models.CheckConstraint(
                condition=Q(despite="", answered=[]) | (~Q(despite="") & ~Q(answered=[])),
                name="incentive_warning_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__gt=0), name="incentive_cost_above_zero"
            ),
            models.CheckConstraint(
                condition=Q(line=None) | Q(cost__isnull=False), name="incentive_line_pays_something"
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None, dropped_by=None, dropped_because="")
                | (Q(dropped_at__isnull=False, dropped_by__isnull=False) & ~Q(dropped_because="")),
                name="incentive_dropped_whole",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="incentive_stays_whose", fields=["pilot", "by", "at"]),
            pgtrigger.Protect(name="incentive_stays", operation=pgtrigger.Delete),
            # What it was when it was said what it did; a metric that goes leaves it, and money may still move.
            pgtrigger.Trigger(
                name="evaluated_incentive_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf(
                    "kind", "career", "what", "for_whom", "group_id", "starts_on", "ends_on", "why_fits",
                    "must_not", "metric_id",
                ),
                condition=pgtrigger.Condition(
                    'ROW(OLD."kind", OLD."career", OLD."what", OLD."for_whom", OLD."group_id", OLD."starts_on",'
                    ' OLD."ends_on", OLD."why_fits", OLD."must_not") IS DISTINCT FROM ROW(NEW."kind",'
                    ' NEW."career", NEW."what", NEW."for_whom", NEW."group_id", NEW."starts_on",'
                    ' NEW."ends_on", NEW."why_fits", NEW."must_not")'
                    ' OR (NEW."metric_id" IS NOT NULL AND NEW."metric_id" IS DISTINCT FROM OLD."metric_id")'
                ),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_incentiveevaluation e WHERE e.incentive_id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'what was evaluated stays as it was' USING
                            ERRCODE = 'check_violation', CONSTRAINT = 'evaluated_incentive_stays';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # A line that is made anew takes itself off (line_id alone): nothing else of it moves.
            pgtrigger.Protect(
                name="dropped_incentive_stays",
                operation=pgtrigger.UpdateOf(
                    "kind", "what", "for_whom", "starts_on", "ends_on", "why_fits", "must_not",
                    "despite", "cost", "dropped_at", "dropped_by_id", "dropped_because",
                ),
                condition=pgtrigger.Q(old__dropped_at__isnull=False),
            ),
            # The line is locked, as by who plans cover from it: what is promised at once is summed one after the
            # other.
            pgtrigger.Trigger(
                name="incentive_within_line",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("cost", "line_id", "metric_id", "group_id", "dropped_at"),
                declare=[("paying", "record")],
                func="""
                    IF NEW.metric_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM pilots_metric m
                        WHERE m.id = NEW.metric_id AND m.pilot_id = NEW.pilot_id
                    ) THEN
                        RAISE EXCEPTION 'what is rewarded is measured in the same pilot';
                    END IF;
                    IF NEW.group_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM pilots_affectedgroup g
                        WHERE g.id = NEW.group_id AND g.pilot_id = NEW.pilot_id
                    ) THEN
                        RAISE EXCEPTION 'it is offered to a group of the same pilot';
                    END IF;
                    IF NEW.line_id IS NULL OR NEW.dropped_at IS NOT NULL THEN RETURN NEW; END IF;
                    SELECT r.pilot_id INTO paying FROM pilots_budgetline b
                    JOIN pilots_request r ON r.id = b.request_id
                    WHERE b.id = NEW.line_id FOR NO KEY UPDATE OF b;
                    IF paying.pilot_id IS DISTINCT FROM NEW.pilot_id THEN
                        RAISE EXCEPTION 'what a pilot offers is paid from its own budget';
                    END IF;
                    IF NEW.cost > (
                        SELECT LEFT_TO_PROMISE FROM pilots_budgetline held
                        WHERE held.id = NEW.line_id
                    ) THEN
                        RAISE EXCEPTION 'the line pays less than this' USING
                            ERRCODE = 'check_violation', CONSTRAINT = 'incentive_within_line';
                    END IF;
                    RETURN NEW;
                """.replace("LEFT_TO_PROMISE", left_to_promise(but_offer="NEW.id")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("pilots:incentive", kwargs={"pk": self.pk})

    @property
    def kind_in_words(self) -> str:
        """ "Career: a line in a portfolio"."""
        if not self.career:
            return str(self.get_kind_display())
        form = str(self.get_career_display())
        return f"{self.get_kind_display()}: {form[0].lower()}{form[1:]}"

    def has_begun(self, *, today: date) -> bool:
        """Whether its first day came, and came before it was taken back: people may have had it."""
        last = today if self.dropped_at is None else min(today, dates.day_of(self.dropped_at))
        return self.starts_on <= last

    def ended_on(self, *, today: date) -> date:
        """The last day on which it was offered so far."""
        last = min(today, self.ends_on)
        return last if self.dropped_at is None else min(last, dates.day_of(self.dropped_at))

    @property
    def costs_money(self) -> bool:
        return self.kind in COSTS_MONEY

    @property
    def last_evaluation(self) -> IncentiveEvaluation | None:
        return next(iter(self.evaluations.all()), None)


class IncentiveEvaluation(models.Model):
    """What the lead says an offer did, beside what was seen then. Said anew it stands beside the one before."""

    incentive = models.ForeignKey(Incentive, on_delete=models.CASCADE, related_name="evaluations")
    outcome = models.CharField(max_length=7, choices=IncentiveOutcome.choices)
    words = models.TextField(_("what it did"), max_length=2000)
    seen = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=IncentiveOutcome.values) & ~Q(words=""),
                name="incentive_evaluation_says_what",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="evaluation_stays", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.incentive}: {self.get_outcome_display()}"
