"""Funds, what a pilot asks for, what it was awarded, and the ledger that both stand on.

A balance is written by the ledger's trigger alone, and a CHECK keeps it from falling below zero:
no code and no concurrency can overspend.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.funding.room import FundingPermission
from pilots.lifecycle.models import Pilot


def _balance_by_ledger(table: str) -> list[pgtrigger.Trigger]:
    return [
        pgtrigger.Trigger(
            name="balance_begins_at_zero",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            condition=pgtrigger.Q(new__balance__df=0),
            func=f"RAISE EXCEPTION 'a {table} begins empty; the ledger fills it';",
        ),
        pgtrigger.Trigger(
            name="balance_by_ledger",
            when=pgtrigger.Before,
            operation=pgtrigger.UpdateOf("balance"),
            condition=pgtrigger.Q(old__balance__df=pgtrigger.F("new__balance")),
            func=f"""
                IF current_setting('pilotlight.ledger', true) IS DISTINCT FROM 'on' THEN
                    RAISE EXCEPTION 'the balance of a {table} moves through the ledger only';
                END IF;
                RETURN NEW;
            """,
        ),
    ]


class FundQuerySet(models.QuerySet["Fund"]):
    def visible_to(self, user: User) -> FundQuerySet:
        return self.filter(unit_id__within=user.reach(FundingPermission.READ))


Amount = Decimal | Combinable


def _amount(**options: Any) -> models.DecimalField[Amount, Decimal]:
    return models.DecimalField(max_digits=14, decimal_places=2, **options)


class Fund(models.Model):
    name = models.CharField(_("name"), max_length=120)
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, related_name="funds", verbose_name=_("unit")
    )
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    balance = _amount(default=Decimal(0), editable=False)
    # Requests above this amount need two people's approval.
    second_approval_above = models.DecimalField(
        _("two approvals above"), max_digits=14, decimal_places=2, null=True, blank=True
    )

    objects = FundQuerySet.as_manager()

    class Meta:
        ordering = ["-fiscal_year", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="fund_never_below_zero"),
            models.UniqueConstraint(
                fields=["unit", "fiscal_year", "name"],
                name="fund_name_once_a_year",
                violation_error_message=_("This unit has a fund of this name for this year."),
            ),
        ]
        triggers = _balance_by_ledger("fund")

    def __str__(self) -> str:
        return f"{self.name} {self.fiscal_year}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:fund-detail", kwargs={"pk": self.pk})


class BudgetCategory(models.TextChoices):
    PEOPLE = "people", _("People")
    SOFTWARE = "software", _("Software and licences")
    EQUIPMENT = "equipment", _("Equipment")
    TRAINING = "training", _("Training and backfill")
    OTHER = "other", _("Other")


class RequestQuerySet(models.QuerySet["Request"]):
    def open(self) -> RequestQuerySet:
        """Not awarded yet: what is still asked."""
        return self.filter(awarded_at=None)

    def with_amount(self) -> RequestQuerySet:
        return self.annotate(
            total=Coalesce(
                Sum("lines__amount"), Decimal(0), output_field=models.DecimalField(max_digits=14)
            )
        )


class Request(models.Model):
    """What a pilot asks of one fund; its lines are the budget.

    Once awarded it stays as it was: money is spent against its lines. A pilot that pivots asks
    anew.
    """

    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.CASCADE, related_name="requests")
    fund = models.ForeignKey(
        Fund, on_delete=models.PROTECT, related_name="requests", verbose_name=_("fund")
    )
    awarded_at = models.DateTimeField(null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot"], name="request_one_open_a_pilot", condition=Q(awarded_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.pilot} from {self.fund}"

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines.all()), Decimal(0))


class BudgetLine(models.Model):
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="lines")
    category = models.CharField(_("for"), max_length=10, choices=BudgetCategory.choices)
    description = models.CharField(_("what"), max_length=200)
    amount = _amount(verbose_name=_("amount"))

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="budget_line_above_zero")
        ]

    def __str__(self) -> str:
        return self.description


class AwardQuerySet(models.QuerySet["Award"]):
    def visible_to(self, user: User) -> AwardQuerySet:
        """Awards from funds the user reads, and those of the user's own pilots."""
        return self.filter(
            Q(fund__unit_id__within=user.reach(FundingPermission.READ))
            | Q(pilot__unit_id__within=user.reach(FundingPermission.READ))
            | Q(pilot__in=Pilot.objects.of_team(user).values("pk"))
        )


class Award(models.Model):
    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="award")
    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.PROTECT, related_name="awards")
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="awards")
    amount = _amount()
    balance = _amount(default=Decimal(0), editable=False)
    awarded_at = models.DateTimeField()
    awarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AwardQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="award_never_below_zero"),
            models.CheckConstraint(
                condition=Q(balance__lte=F("amount")), name="award_never_above_itself"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="award_above_zero"),
        ]
        triggers = _balance_by_ledger("award")

    def __str__(self) -> str:
        return f"{self.amount} for {self.pilot}"


class EntryKind(models.TextChoices):
    DEPOSIT = "deposit", _("Put into the fund")
    AWARD = "award", _("Awarded to a pilot")
    SPEND = "spend", _("Spent by a pilot")
    RELEASE = "release", _("Returned to the fund")


# What a person enters, under a key of their own; awards and releases the product books itself.
ENTERED = (EntryKind.DEPOSIT.value, EntryKind.SPEND.value)
BOOKED = (EntryKind.AWARD.value, EntryKind.RELEASE.value)


class LedgerEntry(models.Model):
    """One movement of money. Amounts are positive; the kind says which balances move which way:
    deposit +fund; award −fund +award; spend −award; release −award +fund.

    A key is chosen by whoever enters the money and names one entry of theirs in this fund. What
    the product books needs none: an award is booked once and released once.
    """

    key = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="entries")
    award = models.ForeignKey(Award, on_delete=models.PROTECT, null=True, related_name="entries")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, null=True, related_name="+")
    amount = _amount()
    on = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_amount_above_zero"),
            models.CheckConstraint(
                condition=(Q(kind="deposit") & Q(award=None))
                | (Q(kind__in=["award", "spend", "release"]) & Q(award__isnull=False)),
                name="ledger_kind_and_award",
            ),
            models.UniqueConstraint(
                fields=["by", "fund", "key"],
                condition=Q(kind__in=ENTERED),
                name="ledger_key_once_a_person_and_fund",
            ),
            models.UniqueConstraint(
                fields=["award", "kind"],
                condition=Q(kind__in=BOOKED),
                name="ledger_booked_once_an_award",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=BOOKED) | ~Q(key=""), name="ledger_entered_has_a_key"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
            pgtrigger.Trigger(
                name="move_balances",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    PERFORM set_config('pilotlight.ledger', 'on', true);
                    UPDATE pilots_fund SET balance = balance + CASE NEW.kind
                        WHEN 'deposit' THEN NEW.amount WHEN 'release' THEN NEW.amount
                        WHEN 'award' THEN -NEW.amount ELSE 0 END
                    WHERE id = NEW.fund_id;
                    IF NEW.award_id IS NOT NULL THEN
                        UPDATE pilots_award SET balance = balance + CASE NEW.kind
                            WHEN 'award' THEN NEW.amount ELSE -NEW.amount END
                        WHERE id = NEW.award_id AND fund_id = NEW.fund_id;
                        IF NOT FOUND THEN
                            RAISE EXCEPTION 'award % is not of fund %', NEW.award_id, NEW.fund_id;
                        END IF;
                    END IF;
                    PERFORM set_config('pilotlight.ledger', '', true);
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
