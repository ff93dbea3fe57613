"""Who decides at gates for whom: in which units, up to which amount, from which day to which."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import ExpressionWrapper, F, Func, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import LONGEST, User
from innovation.people.room import PeoplePermission
from innovation.rules import dates
from pilots.delegation.rights import GATES
from pilots.lifecycle.checklist import Gate

_DAYS = Func(
    F("starts_on"),
    F("ends_on"),
    Value("[]"),
    function="daterange",
    output_field=DateRangeField(),
)


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def open(self) -> DelegationQuerySet:
        """Not answered yet, and not past its last day."""
        return self.filter(answered_at=None, ended_at=None, ends_on__gte=dates.today())

    def standing(self) -> DelegationQuerySet:
        """Asked for or taken on, neither ended nor past its last day."""
        return self.filter(ended_at=None, ends_on__gte=dates.today()).exclude(accepted=False)

    def current(self) -> DelegationQuerySet:
        """Those by which somebody may decide today: the day decides, whether or not a worker runs."""
        today = dates.today()
        return self.filter(
            accepted=True,
            ended_at=None,
            starts_on__lte=today,
            ends_on__gte=today,
            given_by__is_active=True,
            to__is_active=True,
        )

    def visible_to(self, user: User) -> DelegationQuerySet:
        """One's own, and those in units of which one keeps or reads the people."""
        reach = user.reach(PeoplePermission.READ)
        return self.filter(Q(given_by=user.pk) | Q(to=user.pk) | Q(unit_id__within=reach))

    def for_list(self) -> DelegationQuerySet:
        return self.select_related("given_by", "to", "unit", "ended_by")


class Delegation(models.Model):
    """Somebody who decides at gates lets another decide there, who said yes; in the other's own name."""

    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations"
    )
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="delegations_to"
    )
    unit = models.ForeignKey("innovation.Unit", on_delete=models.PROTECT, related_name="+")
    gates = ArrayField(models.CharField(max_length=10, choices=GATES))
    up_to = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day
    reason = models.TextField(max_length=600)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # before its last day
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(given_by=F("to")),
                name="delegation_is_to_somebody_else",
                violation_error_message=_("Choose somebody else than yourself."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="delegation_ends_after_it_starts",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(
                    ends_on__lte=ExpressionWrapper(
                        F("starts_on") + Value(LONGEST), output_field=models.DateField()
                    )
                ),
                name="delegation_is_for_a_while",
                violation_error_message=_(
                    "Decisions are delegated for three months at most. For longer, ask an "
                    "administrator to give somebody the role."
                ),
            ),
            models.CheckConstraint(
                condition=Q(up_to=None) | Q(up_to__gt=0), name="delegation_up_to_something"
            ),
            models.CheckConstraint(
                condition=Q(gates__len__gte=1)
                & Q(gates__contained_by=[gate for gate, _label in GATES]),
                name="delegation_names_gates",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="delegation_says_why"),
            models.CheckConstraint(
                condition=Q(answered_at=None, accepted=None)
                | Q(answered_at__isnull=False, accepted__isnull=False),
                name="delegation_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="delegation_ended_at_and_by_together",
            ),
            ExclusionConstraint(
                name="delegation_once_at_a_time",
                expressions=[
                    ("given_by", RangeOperators.EQUAL),
                    ("to", RangeOperators.EQUAL),
                    ("unit", RangeOperators.EQUAL),
                    (_DAYS, RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at=None) & (Q(accepted=None) | Q(accepted=True)),
                violation_error_message=_(
                    "They have or are asked for a delegation of yours there in these days already."
                    " End that one first."
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="delegation_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="delegation_is_what_was_agreed",
                fields=[
                    *("given_by", "to", "unit", "gates", "up_to", "starts_on", "ends_on"),
                    *("reason", "offered_at"),
                ],
            ),
            pgtrigger.Protect(
                name="delegation_answered_once",
                operation=pgtrigger.UpdateOf("answered_at", "accepted"),
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="ended_delegation_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_by} → {self.to}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:delegation-detail", kwargs={"pk": self.pk})

    @property
    def gate_names(self) -> list[str]:
        return [str(Gate(gate).label) for gate in self.gates]

    def is_standing(self, today: date) -> bool:
        return self.ended_at is None and self.accepted is not False and self.ends_on >= today

    def is_within(self, amount: Decimal) -> bool:
        return self.up_to is None or amount <= self.up_to
