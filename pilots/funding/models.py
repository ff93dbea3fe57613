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
from pilots.funding.receipts import ReceiptKind
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
    # Whoever approves more than this, or scales what it paid for, shows anew that it is them.
    sign_above = models.DecimalField(
        _("signed above"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    # Of two, the unit of the pilot says yes first, and the unit of the fund is asked after it.
    approvals_in_order = models.BooleanField(default=False, db_default=False)

    objects = FundQuerySet.as_manager()

    class Meta:
        ordering = ["-fiscal_year", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(balance__gte=0), name="fund_never_below_zero"),
            models.CheckConstraint(
                condition=Q(sign_above=None) | Q(sign_above__gt=0),
                name="fund_signed_above_something",
            ),
            models.CheckConstraint(
                condition=Q(approvals_in_order=False) | Q(second_approval_above__isnull=False),
                name="fund_order_takes_two",
                violation_error_message=_(
                    "An order takes two approvals: say above which amount there are two."
                ),
            ),
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
    UNDEPOSIT = "undeposit", _("Taken out again: entered by mistake")
    UNSPEND = "unspend", _("Expense taken back")
    REFUND = "refund", _("Expense taken back, into the fund")


# What a person enters, under a key of their own; awards and releases the product books itself.
ENTERED = (EntryKind.DEPOSIT.value, EntryKind.SPEND.value)
BOOKED = (EntryKind.AWARD.value, EntryKind.RELEASE.value)
# What puts a wrong entry right: each names the one that it reverses.
REVERSALS = (EntryKind.UNDEPOSIT.value, EntryKind.UNSPEND.value, EntryKind.REFUND.value)


class LedgerEntryQuerySet(models.QuerySet["LedgerEntry"]):
    def visible_to(self, user: User) -> LedgerEntryQuerySet:
        """Of funds the user reads, and expenses of pilots whose money the user sees."""
        return self.filter(
            Q(fund__unit_id__within=user.reach(FundingPermission.READ))
            | Q(award__in=Award.objects.visible_to(user).values("pk"))
            | Q(award__pilot__sponsor=user.pk)
        )


class LedgerEntry(models.Model):
    """One movement of money. Amounts are positive; the kind says which balances move which way:
    deposit +fund; award −fund +award; spend −award; release −award +fund. A wrong entry is reversed
    by another: undeposit −fund; unspend +award; refund +fund, once the award was given back.

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
    # The entry that this one puts right, and the sponsor's yes to more than its line had left.
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )
    overrun = models.OneToOneField(
        "pilots.Overrun", on_delete=models.PROTECT, null=True, related_name="entry"
    )

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="ledger_amount_above_zero"),
            models.CheckConstraint(
                condition=(Q(kind__in=["deposit", "undeposit"]) & Q(award=None))
                | (
                    Q(kind__in=["award", "spend", "release", "unspend", "refund"])
                    & Q(award__isnull=False)
                ),
                name="ledger_kind_has_its_award",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=REVERSALS, reverses__isnull=False)
                | (~Q(kind__in=REVERSALS) & Q(reverses=None)),
                name="ledger_reversal_names_its_entry",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=REVERSALS) | ~Q(note=""), name="ledger_reversal_says_why"
            ),
            models.CheckConstraint(
                condition=Q(overrun=None) | Q(kind="spend"), name="ledger_overrun_is_an_expense"
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
                        WHEN 'refund' THEN NEW.amount WHEN 'award' THEN -NEW.amount
                        WHEN 'undeposit' THEN -NEW.amount ELSE 0 END
                    WHERE id = NEW.fund_id;
                    IF NEW.award_id IS NOT NULL THEN
                        UPDATE pilots_award SET balance = balance + CASE NEW.kind
                            WHEN 'award' THEN NEW.amount WHEN 'unspend' THEN NEW.amount
                            WHEN 'refund' THEN 0 ELSE -NEW.amount END
                        WHERE id = NEW.award_id AND fund_id = NEW.fund_id;
                        IF NOT FOUND THEN
                            RAISE EXCEPTION 'award % is not of fund %', NEW.award_id, NEW.fund_id;
                        END IF;
                    END IF;
                    PERFORM set_config('pilotlight.ledger', '', true);
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="reverses_its_like",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__reverses__isnull=False),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_ledgerentry l WHERE l.id = NEW.reverses_id
                        AND l.kind = CASE NEW.kind WHEN 'undeposit' THEN 'deposit' ELSE 'spend' END
                        AND (l.fund_id, l.award_id, l.line_id, l.amount) IS NOT DISTINCT FROM
                            (NEW.fund_id, NEW.award_id, NEW.line_id, NEW.amount)
                    ) THEN
                        RAISE EXCEPTION 'a reversal is of all that its entry moved';
                    END IF;
                    IF NEW.kind IN ('unspend', 'refund') AND (NEW.kind = 'refund') <> EXISTS (
                        SELECT 1 FROM pilots_ledgerentry l
                        WHERE l.award_id = NEW.award_id AND l.kind = 'release'
                    ) THEN
                        RAISE EXCEPTION 'what an award gave back goes to its fund';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # After `move_balances`, which holds the fund: two at once wait for each other.
            pgtrigger.Trigger(
                name="within_its_line",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__kind="spend", new__line__isnull=False),
                func="""
                    IF NEW.overrun_id IS NULL THEN
                        IF NEW.amount > (
                            SELECT b.amount - coalesce((
                                SELECT sum(CASE l.kind WHEN 'spend' THEN l.amount ELSE -l.amount END)
                                FROM pilots_ledgerentry l WHERE l.line_id = b.id
                            ), 0)
                            FROM pilots_budgetline b WHERE b.id = NEW.line_id
                        ) THEN
                            RAISE EXCEPTION 'the line has less left' USING
                                ERRCODE = 'check_violation', CONSTRAINT = 'ledger_within_its_line';
                        END IF;
                    ELSIF NOT EXISTS (
                        SELECT 1 FROM pilots_overrun o WHERE o.id = NEW.overrun_id AND o.approved
                        AND (o.award_id, o.line_id, o.amount, o."on", o.answered_by_id)
                            = (NEW.award_id, NEW.line_id, NEW.amount, NEW."on", NEW.by_id)
                    ) THEN
                        RAISE EXCEPTION 'the sponsor said yes to nothing like it';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class OverrunQuerySet(models.QuerySet["Overrun"]):
    def visible_to(self, user: User) -> OverrunQuerySet:
        """Of pilots whose money the user sees."""
        return self.filter(
            Q(award__in=Award.objects.visible_to(user).values("pk"))
            | Q(award__pilot__sponsor=user.pk)
        )

    def waiting(self) -> OverrunQuerySet:
        """Not answered, and their award still holds money: what was given back asks for nothing."""
        return self.filter(answered_at=None, award__balance__gt=0)


class Overrun(models.Model):
    """An expense beyond what its budget line has left: why, and what the pilot's sponsor said. It
    is in the ledger only once the sponsor said yes."""

    award = models.ForeignKey(Award, on_delete=models.PROTECT, related_name="overruns")
    line = models.ForeignKey(BudgetLine, on_delete=models.PROTECT, related_name="+")
    amount = _amount(verbose_name=_("amount"))
    on = models.DateField(_("on"))
    note = models.CharField(_("what for"), max_length=200, blank=True)
    reason = models.CharField(_("why it goes beyond its line"), max_length=600)
    key = models.CharField(max_length=100)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    approved = models.BooleanField(null=True)
    answer = models.CharField(_("in a sentence"), max_length=600, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True)

    objects = OverrunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="overrun_above_zero"),
            models.CheckConstraint(condition=~Q(reason=""), name="overrun_says_why"),
            models.UniqueConstraint(
                fields=["asked_by", "award", "key"], name="overrun_key_once_a_person_and_award"
            ),
            models.CheckConstraint(
                condition=Q(approved=None, answered_by=None, answered_at=None, answer="")
                | Q(approved__isnull=False, answered_by__isnull=False, answered_at__isnull=False),
                name="overrun_answered_whole",
            ),
            models.CheckConstraint(
                condition=~Q(approved=False) | ~Q(answer=""), name="overrun_refused_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(answered_by=F("asked_by")), name="overrun_answered_by_another"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="asked_stays",
                operation=pgtrigger.UpdateOf(
                    "award_id",
                    "line_id",
                    "amount",
                    "on",
                    "note",
                    "reason",
                    "key",
                    "asked_by_id",
                    "asked_at",
                )
                | pgtrigger.Delete,
            ),
            pgtrigger.Protect(
                name="answer_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="begins_unanswered",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__answered_at__isnull=False),
                func="RAISE EXCEPTION 'an overrun is asked before it is answered';",
            ),
            pgtrigger.Trigger(
                name="answered_by_the_sponsor",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("answered_by_id"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_award a JOIN pilots_pilot p ON p.id = a.pilot_id
                        WHERE a.id = NEW.award_id AND p.sponsor_id = NEW.answered_by_id
                    ) THEN
                        RAISE EXCEPTION 'the sponsor of the pilot answers';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # A yes is a booking: neither is kept without the other.
            pgtrigger.Trigger(
                name="approved_is_booked",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__approved=True),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_ledgerentry WHERE overrun_id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'approved, and not in the ledger';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.line}"

    def get_absolute_url(self) -> str:
        return reverse("pilots:overrun", kwargs={"pk": self.pk})


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def visible_to(self, user: User) -> ReceiptQuerySet:
        """Of bookings whose budget the user sees."""
        return self.filter(
            Q(entry__award__in=Award.objects.visible_to(user).values("pk"))
            | Q(entry__award__pilot__sponsor=user.pk)
        )


class Receipt(models.Model):
    """A file that shows what an expense was for. The same file is kept once a booking; a wrong one
    stays, and the right one is put beside it."""

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="receipts")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=ReceiptKind.choices)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "sha256"], name="receipt_once_a_booking"),
            models.CheckConstraint(
                condition=Q(kind__in=ReceiptKind.values), name="receipt_kind_known"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="of_an_expense",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_ledgerentry WHERE id = NEW.entry_id AND kind = 'spend'
                    ) THEN
                        RAISE EXCEPTION 'a receipt is of an expense';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name
