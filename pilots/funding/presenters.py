"""Money as JSON, and a fund in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers

from innovation.rules.money import money
from innovation.rules.refusal import Conflict
from pilots.funding.ledger import Account
from pilots.funding.models import Fund, LedgerEntry, Overrun, Receipt
from pilots.funding.queries import LineAccount


def fund_sentence(fund: Fund, asked: Decimal) -> str:
    """What a colleague would say about it aloud."""
    if not asked:
        return _("%(left)s is left to award; nobody asks for any right now.") % {
            "left": money(fund.balance)
        }
    if asked > fund.balance:
        return _(
            "%(left)s is left to award, and pilots waiting for a decision ask for %(asked)s: "
            "%(short)s more than there is."
        ) % {
            "left": money(fund.balance),
            "asked": money(asked),
            "short": money(asked - fund.balance),
        }
    return _(
        "%(left)s is left to award; pilots waiting for a decision ask for %(asked)s of it."
    ) % {
        "left": money(fund.balance),
        "asked": money(asked),
    }


def shares(account: Account) -> list[tuple[str, float]]:
    """Where everything that was put in stands now, as shares of it."""
    if not account.deposited:
        return []
    parts = (
        (_("Spent"), account.spent),
        (_("Awarded, not spent"), account.award_balance),
        (_("Left to award"), account.fund_balance),
    )
    return [(label, float(amount / account.deposited)) for label, amount in parts]


class FundOut(serializers.ModelSerializer[Fund]):
    unit = serializers.CharField(source="unit.name")
    unit_id = serializers.IntegerField()
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Fund
        fields = (
            "id",
            "name",
            "unit",
            "unit_id",
            "fiscal_year",
            "balance",
            "second_approval_above",
            "sign_above",
            "approvals_in_order",
            "page",
        )
        read_only_fields = fields


class EntryOut(serializers.ModelSerializer[LedgerEntry]):
    by = serializers.CharField(source="by.name")
    pilot_id = serializers.IntegerField(source="award.pilot_id", default=None, allow_null=True)

    class Meta:
        model = LedgerEntry
        fields = (
            "id", "kind", "amount", "on", "at", "by", "note", "pilot_id", "reverses_id", "overrun_id",
        )  # fmt: skip
        read_only_fields = fields


class OverrunOut(serializers.ModelSerializer[Overrun]):
    pilot_id = serializers.IntegerField(source="award.pilot_id")
    line = serializers.CharField(source="line.description")
    asked_by = serializers.CharField(source="asked_by.name")
    answered_by = serializers.CharField(source="answered_by.name", default=None, allow_null=True)

    class Meta:
        model = Overrun
        fields = (
            "id", "pilot_id", "line_id", "line", "amount", "on", "note", "reason", "asked_by",
            "asked_at", "approved", "answer", "answered_by", "answered_at",
        )  # fmt: skip
        read_only_fields = fields


class ReceiptOut(serializers.ModelSerializer[Receipt]):
    added_by = serializers.CharField(source="added_by.name")

    class Meta:
        model = Receipt
        fields = ("id", "entry_id", "name", "kind", "size", "sha256", "added_by", "added_at")
        read_only_fields = fields


def receipt_download(receipt: Receipt) -> HttpResponse:
    """The file to keep, never to be shown in place."""
    if not receipt.content:
        raise Conflict(_("This file named a patient and was taken out. Put another one beside it."))
    plain = receipt.name.encode("ascii", "replace").decode().replace("?", "_")
    return HttpResponse(
        bytes(receipt.content),
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{plain}"'},
    )


class LineOut(serializers.Serializer[list[LineAccount]]):
    id = serializers.IntegerField(source="line.pk")
    category = serializers.CharField(source="line.category")
    description = serializers.CharField(source="line.description")
    amount = serializers.DecimalField(14, 2, source="line.amount")
    spent = serializers.DecimalField(14, 2)


class MoneyOut(serializers.Serializer[Mapping[str, object]]):
    """A pilot's money: what it asked of which fund, and what became of it."""

    fund = serializers.CharField(allow_null=True)
    asked = serializers.DecimalField(14, 2)
    awarded = serializers.DecimalField(14, 2)
    spent = serializers.DecimalField(14, 2)
    returned = serializers.DecimalField(14, 2)
    left = serializers.DecimalField(14, 2)
    lines = LineOut(many=True)
