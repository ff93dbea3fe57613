"""Accuracy in silent runs for programs: what it says, its results, and recording and correcting them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.accuracy import actions, permissions, queries, sheet
from pilots.accuracy.models import EnteredBy, ScoreScale, SilentRunResult
from pilots.accuracy.presenters import AccuracyOut, AccuracyPage, SilentRunResultOut
from pilots.accuracy.sheet import GivenBin, GivenResult
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

RECORDS = Holds(PilotsPermission.READ, writes=Scope.NUMBERS)


def _count() -> serializers.IntegerField:
    return serializers.IntegerField(
        min_value=0, max_value=sheet.MOST, required=False, allow_null=True
    )


def _number(*, places: int = 6) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=12, decimal_places=places, required=False, allow_null=True
    )


class ScoreBinIn(serializers.Serializer[None]):
    lower = serializers.DecimalField(max_digits=12, decimal_places=6)
    upper = serializers.DecimalField(max_digits=12, decimal_places=6)
    cases = serializers.IntegerField(min_value=0, max_value=sheet.MOST)
    events = serializers.IntegerField(min_value=0, max_value=sheet.MOST)
    mean_score = _number()


class SilentRunResultIn(NamesNoPatientSerializer):
    """A 2 × 2 table, score bins, or both; of everybody, or of one subgroup."""

    period_from = serializers.DateField()
    period_until = serializers.DateField(help_text="The last day, included.")
    grouping = serializers.CharField(
        max_length=sheet.LONGEST_NAME, required=False, allow_blank=True, default=""
    )
    subgroup = serializers.CharField(
        max_length=sheet.LONGEST_NAME, required=False, allow_blank=True, default=""
    )
    reference = serializers.CharField(
        max_length=sheet.LONGEST_REFERENCE, help_text="What counted as truth, and who judged it."
    )
    threshold = _number()
    true_positive = _count()
    false_positive = _count()
    false_negative = _count()
    true_negative = _count()
    score_scale = serializers.ChoiceField(
        ScoreScale.choices, required=False, allow_blank=True, default=""
    )
    bins = ScoreBinIn(many=True, required=False)
    alerts = _count()
    patient_days = _number(places=2)
    shifts = _number(places=2)


class SilentRunCorrectionIn(SilentRunResultIn):
    reason = serializers.CharField(max_length=2000)


class SilentRunWithdrawalIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=2000)


class AccuracyDetail(APIView):
    """What a pilot's silent run says, beside what was promised."""

    permission_classes = [Holds(PilotsPermission.READ)]

    @extend_schema(responses=AccuracyOut)
    def get(self, request: Request, pk: int) -> Response:
        pilot = visible_pilot(person(request), pk)
        return Response(AccuracyOut(AccuracyPage(queries.accuracy_of(pilot))).data)


class ResultList(generics.ListAPIView[SilentRunResult]):
    """What was recorded, superseded results too, by their days; and recording one."""

    permission_classes = [RECORDS]
    serializer_class = SilentRunResultOut
    queryset = SilentRunResult.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[SilentRunResult]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return SilentRunResult.objects.filter(pilot=pilot).for_list()

    @extend_schema(request=SilentRunResultIn, responses={201: SilentRunResultOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_record(user, pilot)
        given = _given(body(SilentRunResultIn, request))
        (made,) = actions.record(
            pilot, [given], entered_by=EnteredBy.API, by=user, at=timezone.now()
        )
        return Response(SilentRunResultOut(made).data, status=status.HTTP_201_CREATED)


class ResultDetail(generics.RetrieveAPIView[SilentRunResult]):
    """One result as it was recorded."""

    permission_classes = [Holds(PilotsPermission.READ)]
    serializer_class = SilentRunResultOut

    def get_queryset(self) -> QuerySet[SilentRunResult]:
        return SilentRunResult.objects.visible_to(person(self.request)).for_list()


@extend_schema(request=SilentRunCorrectionIn, responses={201: SilentRunResultOut})
@api_view(["POST"])
@permission_classes([RECORDS])
def correct(request: Request, pk: int) -> Response:
    """Put a corrected result in its place, with the reason; the answer is the one that counts now."""
    user = person(request)
    row = _result(request, pk)
    permissions.check_can_correct(user, row)
    given = body(SilentRunCorrectionIn, request)
    reason, now = given.pop("reason"), timezone.now()
    made = actions.correct(
        row, _given(given), reason=reason, entered_by=EnteredBy.API, by=user, at=now
    )
    return Response(SilentRunResultOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=SilentRunWithdrawalIn, responses=SilentRunResultOut)
@api_view(["POST"])
@permission_classes([RECORDS])
def take_back(request: Request, pk: int) -> Response:
    """Let a result count no more; it stays to be read."""
    user = person(request)
    row = _result(request, pk)
    permissions.check_can_correct(user, row)
    actions.take_back(row, by=user, at=timezone.now(), **body(SilentRunWithdrawalIn, request))
    return Response(SilentRunResultOut(_result(request, pk)).data)


def _given(told: Mapping[str, Any]) -> GivenResult:
    values = {
        name: value.normalize()
        if name in ("threshold", "patient_days", "shifts") and value
        else value
        for name, value in told.items()
        if name != "bins"
    }
    bins = tuple(
        GivenBin(
            one["lower"].normalize(),
            one["upper"].normalize(),
            one["cases"],
            one["events"],
            None if one.get("mean_score") is None else one["mean_score"].normalize(),
        )
        for one in told.get("bins", ())
    )
    values["bins"] = tuple(sorted(bins, key=lambda one: one.lower))
    if not bins:
        values["score_scale"] = ""
    return GivenResult(**values)


def _result(request: Request, pk: int) -> SilentRunResult:
    visible = SilentRunResult.objects.visible_to(person(request)).for_list()
    found: SilentRunResult = get_object_or_404(
        visible.select_related("pilot__unit", "pilot__lead", "recorded_by", "superseded_by"), pk=pk
    )
    return found
