"""Who covers for somebody whose time is asked for, and from which money."""

from __future__ import annotations

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.people.models import User
from pilots.funding.models import BudgetCategory, BudgetLine
from pilots.funding.promises import left_to_promise
from pilots.staffing.models import TimeRequest


class BackfillQuerySet(models.QuerySet["Backfill"]):
    def visible_to(self, user: User) -> BackfillQuerySet:
        """With the request that it is for."""
        return self.filter(request__in=TimeRequest.objects.visible_to(user).values("pk"))

    def for_list(self) -> BackfillQuerySet:
        return self.select_related("person", "line", "by")


class Backfill(models.Model):
    """What was planned at one moment; the newest of a request counts, and those before stay."""

    request = models.ForeignKey(TimeRequest, on_delete=models.CASCADE, related_name="backfills")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=gettext_lazy("who covers"),
    )
    words = models.CharField(gettext_lazy("who covers, in words"), max_length=200, blank=True)
    hours = models.DecimalField(gettext_lazy("hours a week"), max_digits=4, decimal_places=1)
    # A change of the budget makes its lines anew: what the line was called finds it again.
    line = models.ForeignKey(
        BudgetLine, on_delete=models.SET_NULL, null=True, blank=True, related_name="backfills"
    )
    line_category = models.CharField(max_length=10, choices=BudgetCategory.choices, blank=True)
    line_name = models.CharField(max_length=200, blank=True)
    rate = models.DecimalField(
        gettext_lazy("cost of an hour"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    # Hours × weeks of the request × rate, where a rate is known.
    cost = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = BackfillQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, words="") | (Q(person=None) & ~Q(words="")),
                name="backfill_says_who",
            ),
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=80), name="backfill_of_some_hours"
            ),
            models.CheckConstraint(
                condition=Q(line=None, line_name="", line_category="", rate=None)
                | (~Q(line_name="") & Q(line_category__in=BudgetCategory.values)),
                name="backfill_paid_from_a_line_or_by_nobody",
            ),
            models.CheckConstraint(
                condition=Q(rate=None, cost=None)
                | Q(rate__isnull=False, cost__isnull=False, rate__gt=0, cost__gt=0),
                name="backfill_costs_what_its_rate_says",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="backfill_stays",
                fields=[
                    "request",
                    "person",
                    "words",
                    "hours",
                    "line_category",
                    "line_name",
                    "rate",
                    "cost",
                    "by",
                    "at",
                ],
            ),
            pgtrigger.Protect(
                name="backfill_keeps_its_line",
                operation=pgtrigger.UpdateOf("line_id"),
                condition=pgtrigger.Q(new__line__isnull=False),
            ),
            # The line of the same pilot, and no more of it than there is beside what people are offered from it:
            # its row is locked, so that two who promise at once are added up.
            pgtrigger.Trigger(
                name="backfill_within_its_line",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__line__isnull=False),
                declare=[("remaining", "numeric")],
                func="""
                    PERFORM 1 FROM pilots_budgetline l
                    JOIN pilots_request q ON q.id = l.request_id
                    JOIN pilots_timerequest t ON t.pilot_id = q.pilot_id AND t.id = NEW.request_id
                    WHERE l.id = NEW.line_id FOR NO KEY UPDATE OF l;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'cover is paid from a line of the same pilot'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'backfill_within_its_line';
                    END IF;
                    IF NEW.cost IS NULL THEN RETURN NEW; END IF;
                    SELECT LEFT_TO_PROMISE INTO remaining
                    FROM pilots_budgetline held WHERE held.id = NEW.line_id;
                    IF NEW.cost > remaining THEN
                        RAISE EXCEPTION 'the line has % left to be promised', remaining
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'backfill_within_its_line';
                    END IF;
                    RETURN NEW;
                """.replace("LEFT_TO_PROMISE", left_to_promise(but_cover="NEW.request_id")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request}: {self.who}"

    @property
    def who(self) -> str:
        return self.person.name if self.person is not None else self.words

    @property
    def is_absorbed(self) -> bool:
        return not self.line_name

    @property
    def paid_from(self) -> str:
        if self.is_absorbed:
            return _("Nobody pays: the unit absorbs it")
        return _("%(line)s (%(category)s)") % {
            "line": self.line_name,
            "category": self.get_line_category_display(),
        }

    def cost_of(self, rate: Decimal) -> Decimal:
        """Hours a week × weeks of the request × cost of an hour."""
        days = (self.request.ends_on - self.request.starts_on).days + 1
        return (self.hours * days / 7 * rate).quantize(Decimal("0.01"))
