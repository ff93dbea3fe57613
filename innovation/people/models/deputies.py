"""Deputies: who acts for whom, from which day to which."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import ExpressionWrapper, F, Q, Value
from django.utils.translation import gettext_lazy as _

from innovation.people.models.users import User
from innovation.rules import dates

# Whoever is away for longer needs somebody who holds the role, which administrators give.
LONGEST = 92


class DeputyshipQuerySet(models.QuerySet["Deputyship"]):
    def standing(self) -> DeputyshipQuerySet:
        """Not taken back, and not past their last day."""
        return self.filter(ended_at=None, ends_on__gte=dates.today())

    def current(self) -> DeputyshipQuerySet:
        """Those by which somebody may act today: the day decides, whether or not a worker runs."""
        return self.standing().filter(
            starts_on__lte=dates.today(), person__is_active=True, deputy__is_active=True
        )

    def visible_to(self, user: User) -> DeputyshipQuerySet:
        """One's own: those one named, and those by which one acts for others."""
        return self.filter(Q(person=user) | Q(deputy=user))


class Deputyship(models.Model):
    """Somebody named another to act for them, in the other's own name."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deputyships")
    deputy = models.ForeignKey(User, on_delete=models.PROTECT, related_name="deputyships_for")
    starts_on = models.DateField()
    ends_on = models.DateField()  # the last day
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # before its last day
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_told_at = models.DateTimeField(null=True, blank=True)

    objects = DeputyshipQuerySet.as_manager()

    class Meta:
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(person=F("deputy")),
                name="deputy_is_somebody_else",
                violation_error_message=_("Choose somebody else than yourself."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="deputyship_ends_after_it_starts",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=Q(
                    ends_on__lte=ExpressionWrapper(
                        F("starts_on") + Value(LONGEST), output_field=models.DateField()
                    )
                ),
                name="deputyship_is_for_a_while",
                violation_error_message=_(
                    "A deputy is named for three months at most. For longer, ask an administrator "
                    "to give somebody the role."
                ),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="deputyship_ended_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy} · {self.person}"

    def is_standing(self, today: date) -> bool:
        return self.ended_at is None and self.ends_on >= today
