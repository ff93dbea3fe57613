"""Funds and a pilot's money over the API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.serializer_helpers import ReturnDict
from rest_framework.views import APIView

from innovation.people.models import Unit
from innovation.people.request import person
from innovation.rules.refusal import Refused
from innovation.web.api_filters import ApiFilter
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.funding import actions as funding
from pilots.funding import permissions, queries
from pilots.funding.models import (
    Award,
    BudgetCategory,
    BudgetLine,
    Fund,
    LedgerEntry,
    Overrun,
    Receipt,
)
from pilots.funding.presenters import (
    EntryOut,
    FundOut,
    MoneyOut,
    OverrunOut,
    ReceiptOut,
    receipt_download,
)
from pilots.funding.receipts import LARGEST
from pilots.funding.room import FundingPermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import check_can_edit_charter
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

MOST_LINES = 60


def _amount(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(14, 2, min_value=Decimal("0.01"), **options)


class ApprovalsIn(serializers.Serializer[None]):
    second_approval_above = _amount(required=False, allow_null=True, default=None)
    sign_above = _amount(
        required=False,
        allow_null=True,
        default=None,
        help_text="Whoever approves more, or scales what it paid for, signs anew on the page.",
    )
    approvals_in_order = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Of two, the unit of the pilot first and then that of the fund.",
    )


class FundIn(NamesNoPatientSerializer):
    name = serializers.CharField(max_length=120)
    unit = serializers.IntegerField(min_value=1, max_value=2**62)
    fiscal_year = serializers.IntegerField(min_value=2000, max_value=2100)
    second_approval_above = _amount(required=False, allow_null=True)
    sign_above = _amount(required=False, allow_null=True)
    approvals_in_order = serializers.BooleanField(required=False)


class DepositIn(NamesNoPatientSerializer):
    not_screened = {"key": "chosen by a program"}

    amount = _amount()
    on = serializers.DateField()
    note = serializers.CharField(max_length=200, required=False, allow_blank=True)
    key = serializers.CharField(
        max_length=64,
        help_text="Yours to choose, in each fund; the same key again changes nothing.",
    )


class LineIn(serializers.Serializer[None]):
    category = serializers.ChoiceField(BudgetCategory.choices)
    description = serializers.CharField(max_length=200)
    amount = _amount()


class BudgetIn(NamesNoPatientSerializer):
    fund = serializers.IntegerField(min_value=1, max_value=2**62)
    lines = LineIn(many=True, allow_empty=False, max_length=MOST_LINES)  # type: ignore[call-arg]


class ExpenseIn(DepositIn):
    line = serializers.IntegerField(min_value=1, max_value=2**62)


class OverrunIn(ExpenseIn):
    reason = serializers.CharField(
        max_length=600, help_text="Why it goes beyond its line; the sponsor reads it."
    )


class OverrunAnswerIn(NamesNoPatientSerializer):
    approve = serializers.BooleanField()
    answer = serializers.CharField(
        max_length=600, required=False, allow_blank=True, help_text="Needed for a no."
    )


class ReverseIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=200)


class ReceiptIn(NamesNoPatientSerializer):
    file = serializers.FileField(help_text="A PDF, PNG or JPEG, up to 5 MB.")


class FundFilter(ApiFilter):
    fiscal_year = django_filters.NumberFilter(max_value=2**15)

    class Meta:
        model = Fund
        fields = ("fiscal_year",)


class FundList(generics.ListAPIView[Fund]):
    """Funds that this person may read; and setting one up."""

    permission_classes = [Holds(FundingPermission.READ, writes=Scope.MONEY)]
    serializer_class = FundOut
    queryset = Fund.objects.none()
    filterset_class = FundFilter

    def get_queryset(self) -> QuerySet[Fund]:
        return Fund.objects.visible_to(person(self.request)).select_related("unit")

    @extend_schema(request=FundIn, responses={201: FundOut})
    def post(self, request: Request) -> Response:
        user = person(request)
        permissions.check_can_manage_funds(user)
        given = body(FundIn, request)
        unit = Unit.objects.visible_to(user).filter(pk=given.pop("unit")).first()
        if unit is None:
            raise serializers.ValidationError({"unit": [_("There is no such unit.")]})
        fund = funding.create_fund(by=user, at=timezone.now(), unit=unit, **given)
        return Response(FundOut(fund).data, status=status.HTTP_201_CREATED)


class FundDetail(APIView):
    permission_classes = [Holds(FundingPermission.READ, writes=Scope.MONEY)]

    @extend_schema(responses=FundOut)
    def get(self, request: Request, pk: int) -> Response:
        """One fund with its balance."""
        return Response(FundOut(_fund(request, pk)).data)


@extend_schema(request=ApprovalsIn, responses=FundOut)
@api_view(["POST"])
@permission_classes([Holds(FundingPermission.READ, writes=Scope.MONEY)])
def fund_approvals(request: Request, pk: int) -> Response:
    """Say anew how a fund's money is approved: by one or two, in which order, and signed or not."""
    user = person(request)
    fund = _fund(request, pk)
    permissions.check_can_manage_funds(user, fund.unit)
    funding.set_approvals(fund, by=user, at=timezone.now(), **body(ApprovalsIn, request))
    return Response(FundOut(fund).data)


class Ledger(generics.ListAPIView[LedgerEntry]):
    """Every movement of a fund, newest first; and putting money into it."""

    permission_classes = [Holds(FundingPermission.READ, writes=Scope.MONEY)]
    serializer_class = EntryOut
    queryset = LedgerEntry.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[LedgerEntry]:
        return queries.ledger_of(_fund(self.request, self.kwargs["pk"]))

    @extend_schema(request=DepositIn, responses={201: EntryOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        fund = _fund(request, pk)
        permissions.check_can_deposit(user, fund)
        entry = funding.deposit(fund, by=user, at=timezone.now(), **body(DepositIn, request))
        return Response(EntryOut(entry).data, status=status.HTTP_201_CREATED)


class PilotMoney(APIView):
    """A pilot's money; and writing its budget."""

    permission_classes = [Holds(PilotsPermission.READ, writes=Scope.MONEY)]

    @extend_schema(responses=MoneyOut)
    def get(self, request: Request, pk: int) -> Response:
        pilot = visible_pilot(person(request), pk)
        permissions.check_can_see_money(person(request), pilot)
        return Response(_money(pilot))

    @extend_schema(request=BudgetIn, responses=MoneyOut)
    def put(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(person(request), pk)
        permissions.check_can_see_money(user, pilot)
        check_can_edit_charter(user, pilot)
        given = body(BudgetIn, request)
        fund = queries.funds_for(pilot.unit).filter(pk=given["fund"]).first()
        if fund is None:
            raise serializers.ValidationError(
                {"fund": [_("The pilot's unit and those above it have no such fund.")]}
            )
        funding.set_request(pilot, fund=fund, lines=given["lines"], by=user, at=timezone.now())
        return Response(_money(pilot))


@extend_schema(request=ExpenseIn, responses={201: EntryOut})
@api_view(["POST"])
@permission_classes([Holds(PilotsPermission.READ, writes=Scope.MONEY)])
def expense(request: Request, pk: int) -> Response:
    """Record an expense against a line of the pilot's budget."""
    user = person(request)
    pilot = visible_pilot(person(request), pk)
    permissions.check_can_spend(user, pilot)
    given = body(ExpenseIn, request)
    award, line = _award_and_line(pilot, given)
    entry = funding.spend(award, line=line, by=user, at=timezone.now(), **given)
    return Response(EntryOut(entry).data, status=status.HTTP_201_CREATED)


class OverrunList(generics.ListAPIView[Overrun]):
    """Expenses of a pilot beyond their budget line, with the sponsor's answers; and asking for one."""

    permission_classes = [Holds(PilotsPermission.READ, writes=Scope.MONEY)]
    serializer_class = OverrunOut
    queryset = Overrun.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Overrun]:
        user = person(self.request)
        pilot = visible_pilot(user, self.kwargs["pk"])
        permissions.check_can_see_money(user, pilot)
        return queries.overruns_of(pilot)

    @extend_schema(request=OverrunIn, responses={201: OverrunOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_ask_overrun(user, pilot)
        given = body(OverrunIn, request)
        award, line = _award_and_line(pilot, given)
        asked = funding.ask_overrun(award, line=line, by=user, at=timezone.now(), **given)
        return Response(OverrunOut(asked).data, status=status.HTTP_201_CREATED)


@extend_schema(request=OverrunAnswerIn, responses=OverrunOut)
@api_view(["POST"])
@permission_classes([Holds(PilotsPermission.READ, writes=Scope.MONEY)])
def overrun_answer(request: Request, pk: int) -> Response:
    """The sponsor's yes, which records the expense, or no."""
    user = person(request)
    visible = Overrun.objects.visible_to(user)
    asked = get_object_or_404(
        visible.select_related("award__pilot__sponsor", "award__fund", "line", "asked_by"), pk=pk
    )
    permissions.check_can_answer_overrun(user, asked)
    given = body(OverrunAnswerIn, request)
    answered = funding.answer_overrun(asked, by=user, at=timezone.now(), **given)
    return Response(OverrunOut(answered).data)


@extend_schema(request=ReverseIn, responses={201: EntryOut})
@api_view(["POST"])
@permission_classes([Holds(PilotsPermission.READ, writes=Scope.MONEY)])
def entry_reverse(request: Request, pk: int) -> Response:
    """Put a wrong deposit or expense right by an entry of the other sign; once."""
    user = person(request)
    entry = _entry(request, pk)
    permissions.check_can_reverse(user, entry)
    made = funding.reverse_entry(entry, by=user, at=timezone.now(), **body(ReverseIn, request))
    return Response(EntryOut(made).data, status=status.HTTP_201_CREATED)


class ReceiptList(generics.ListAPIView[Receipt]):
    """The receipts of an expense; and adding one, as the field `file` of a form."""

    permission_classes = [Holds(PilotsPermission.READ, writes=Scope.MONEY)]
    serializer_class = ReceiptOut
    queryset = Receipt.objects.none()
    filter_backends = ()
    parser_classes = [MultiPartParser]

    def get_queryset(self) -> QuerySet[Receipt]:
        entry = _entry(self.request, self.kwargs["pk"])
        return entry.receipts.defer("content").select_related("added_by")

    @extend_schema(request={"multipart/form-data": ReceiptIn}, responses={201: ReceiptOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        entry = _entry(request, pk)
        if entry.award is None:
            raise Refused(_("A receipt belongs to an expense."))
        permissions.check_can_spend(user, entry.award.pilot)
        file = body(ReceiptIn, request)["file"]
        kept = funding.add_receipt(
            entry, name=file.name, content=file.read(LARGEST + 1), by=user, at=timezone.now()
        )
        return Response(ReceiptOut(kept).data, status=status.HTTP_201_CREATED)


@extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
@api_view(["GET"])
@permission_classes([Holds(PilotsPermission.READ, writes=Scope.MONEY)])
def receipt_file(request: Request, pk: int) -> HttpResponse:
    """A receipt, as it was sent."""
    return receipt_download(get_object_or_404(Receipt.objects.visible_to(person(request)), pk=pk))


def _award_and_line(pilot: Pilot, given: dict[str, Any]) -> tuple[Award, BudgetLine]:
    """What the pilot spends from, and the line that was named, which leaves `given`."""
    award = queries.current_award(pilot)
    if award is None:
        raise Refused(_("“%s” has no award to spend from yet.") % pilot.title)
    line = award.request.lines.filter(pk=given.pop("line")).first()
    if line is None:
        raise serializers.ValidationError({"line": [_("The budget has no such line.")]})
    return award, line


def _entry(request: Request, pk: int) -> LedgerEntry:
    entry: LedgerEntry = get_object_or_404(
        LedgerEntry.objects.visible_to(person(request)).select_related(
            "fund__unit", "award__pilot__lead", "award__pilot__sponsor", "line", "by"
        ),
        pk=pk,
    )
    return entry


def _money(pilot: Pilot) -> ReturnDict[str, object]:
    asked = queries.current_request(pilot)
    account = queries.of_pilots([pilot])[pilot.pk]
    return MoneyOut(
        {
            "fund": str(asked.fund) if asked else None,
            "asked": asked.amount if asked else 0,
            "awarded": account.awarded,
            "spent": account.spent,
            "returned": account.returned,
            "left": account.award_balance,
            "lines": queries.lines_of(asked) if asked else [],
        }
    ).data


def _fund(request: Request, pk: int) -> Fund:
    visible = Fund.objects.visible_to(person(request)).select_related("unit")
    fund: Fund = get_object_or_404(visible, pk=pk)
    return fund
