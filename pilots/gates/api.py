"""Gates over the API: what waits, and the decision; the steps that open a gate."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.request import person
from innovation.rules import dates
from innovation.rules.refusal import Refused
from innovation.web.api_filters import ApiFilter
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.assurance.room import AssurancePermission
from pilots.gates import actions as gates
from pilots.gates import permissions, promises, queries
from pilots.gates.models import (
    DECISIONS_AT,
    Decision,
    GateCondition,
    GateReview,
    GateReviewQuerySet,
)
from pilots.gates.presenters import AnswersPromisedOut, CheckOut, GateConditionOut, ReviewOut
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.permissions import check_can_lead, check_can_stop
from pilots.lifecycle.presenters import PilotOut
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

READS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)
DECIDES = Holds(PilotsPermission.READ, writes=Scope.DECISIONS)
DECISIONS = [
    (d.value, d.label)
    for gate in DECISIONS_AT
    if gate != Gate.SUSTAINED
    for d in DECISIONS_AT[gate]
]


BESIDE = (
    *("conditions__owner", "conditions__verifier", "conditions__verified_by"),
    *("dissents__person", "signatures__person", "signatures__signed_for"),
)


class CaseIn(NamesNoPatientSerializer):
    case = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class ProposalIn(CaseIn):
    with_go_live = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether the same decision is to let it start: efficiency pathway, up to an amount.",
    )


class GoLiveIn(serializers.Serializer[None]):
    on = serializers.DateField(help_text="The first day of use.")


class StopReasonIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=2000)


class GateConditionIn(NamesNoPatientSerializer):
    text = serializers.CharField(max_length=600)
    owner = serializers.IntegerField(help_text="The person who sees to it.")
    due_on = serializers.DateField()
    verifier = serializers.IntegerField(help_text="The person who verifies it.")


class DissentIn(NamesNoPatientSerializer):
    text = serializers.CharField(max_length=2000, help_text="The concern; kept as it is.")


class VerifyIn(NamesNoPatientSerializer):
    note = serializers.CharField(max_length=2000, help_text="What was seen.")


class DecisionIn(NamesNoPatientSerializer):
    decision = serializers.ChoiceField(DECISIONS)
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    against = serializers.CharField(
        max_length=2000,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed where the agreed rule says otherwise.",
    )
    early_because = serializers.CharField(
        max_length=2000,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed before the least running time is over, where it does not run on.",
    )
    stale_because = serializers.CharField(
        max_length=2000,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed where the primary metric or a guardrail has no number as new as it should be.",
    )
    until = serializers.DateField(required=False, allow_null=True, help_text="To extend until.")
    conditions = GateConditionIn(
        many=True, required=False, default=list, help_text="Under which it goes on."
    )


class ReviewFilter(ApiFilter):
    gate = django_filters.ChoiceFilter(choices=[(g.value, g.label) for g in DECISIONS_AT])

    class Meta:
        model = GateReview
        fields = ("gate",)


class ReviewList(generics.ListAPIView[GateReview]):
    """Gate reviews, newest first: `waiting=me` those this person could decide now."""

    permission_classes = [READS]
    serializer_class = ReviewOut
    queryset = GateReview.objects.none()
    filterset_class = ReviewFilter

    def get_queryset(self) -> QuerySet[GateReview]:
        user = person(self.request)
        if self.request.query_params.get("waiting") == "me":
            return (
                queries.waiting_for(user)
                .select_related("decided_by", "decided_for")
                .prefetch_related(*BESIDE)
            )
        return _visible(self.request)

    @extend_schema(parameters=[OpenApiParameter("waiting", str, enum=["me"])])
    def get(self, request: Request) -> Response:
        return self.list(request)


class PromisedAnswers(APIView):
    """How often teams of the fast lane had their answer by the day that was promised, in the last year."""

    permission_classes = [Holds(AssurancePermission.READ)]

    @extend_schema(responses=AnswersPromisedOut)
    def get(self, request: Request) -> Response:
        found = GateReview.objects.visible_to(person(request))
        return Response(
            AnswersPromisedOut(promises.answers_promised(found, today=dates.today())).data
        )


class GateReviewDetail(APIView):
    """One review."""

    permission_classes = [READS]

    @extend_schema(responses=ReviewOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(ReviewOut(_review(request, pk)).data)


@extend_schema(request=DecisionIn, responses=ReviewOut)
@api_view(["POST"])
@permission_classes([DECIDES])
def decide(request: Request, pk: int) -> Response:
    """Approve or return resources and going live; scale, extend, pivot or stop an outcome. What is signed
    is decided on its page: 409 says where."""
    user = person(request)
    review = _review(request, pk)
    permissions.check_can_decide(user, review)
    given = body(DecisionIn, request)
    if review.gate == Gate.SUSTAINED:
        raise Refused("This is decided at /api/v1/sustained-reviews/<id>/decide/.")
    conditions = _conditions(review, given["conditions"])
    if review.gate != Gate.OUTCOME:
        if given["decision"] not in DECISIONS_AT[Gate(review.gate)]:
            raise serializers.ValidationError({"decision": ["approve or return"]})
        act = gates.decide_go_live if review.gate == Gate.GO_LIVE else gates.decide_resources
        act(
            review,
            approve=given["decision"] == Decision.APPROVE,
            reason=given["reason"],
            conditions=conditions,
            by=user,
            at=timezone.now(),
        )
    else:
        gates.decide_outcome(
            review,
            decision=given["decision"],
            reason=given["reason"],
            until=given.get("until"),
            against=given["against"],
            early_because=given["early_because"],
            stale_because=given["stale_because"],
            conditions=conditions,
            by=user,
            at=timezone.now(),
        )
    return Response(ReviewOut(_review(request, pk)).data)


@extend_schema(request=DissentIn, responses={201: ReviewOut})
@api_view(["POST"])
@permission_classes([DECIDES])
def dissent(request: Request, pk: int) -> Response:
    """Say a concern of one's own while it waits, once."""
    user = person(request)
    review = _review(request, pk)
    permissions.check_can_dissent(user, review)
    gates.dissent(review, by=user, at=timezone.now(), **body(DissentIn, request))
    return Response(ReviewOut(_review(request, pk)).data, status=status.HTTP_201_CREATED)


def _conditions(review: GateReview, given: list[dict[str, Any]]) -> list[gates.NewCondition]:
    """The people by their ids, among those who may have a part in a condition."""
    if not given:
        return []
    people = {one.pk: one for one in queries.people_for_conditions(review.pilot)}
    for one in given:
        for name in ("owner", "verifier"):
            if one[name] not in people:
                raise serializers.ValidationError(
                    {"conditions": [f"{name}: there is no such person on or beside this pilot"]}
                )
    return [
        gates.NewCondition(
            text=one["text"],
            owner=people[one["owner"]],
            due_on=one["due_on"],
            verifier=people[one["verifier"]],
        )
        for one in given
    ]


@extend_schema(request=VerifyIn, responses=GateConditionOut)
@api_view(["POST"])
@permission_classes([DECIDES])
def verify_condition(request: Request, pk: int) -> Response:
    """Say that a condition is met, and what was seen."""
    user = person(request)
    visible = GateCondition.objects.visible_to(user).for_list()
    condition = get_object_or_404(
        visible.select_related("review__pilot__unit", "review__pilot__lead"), pk=pk
    )
    permissions.check_can_verify(user, condition)
    gates.verify(condition, by=user, at=timezone.now(), **body(VerifyIn, request))
    return Response(GateConditionOut(condition).data)


@extend_schema(
    parameters=[OpenApiParameter("gate", str, enum=[gate.value for gate in Gate])],
    responses=CheckOut(many=True),
)
@api_view(["GET"])
@permission_classes([READS])
def checks(request: Request, pk: int) -> Response:
    """What a gate asks of this pilot and what was found."""
    user = person(request)
    pilot = visible_pilot(person(request), pk)
    check_can_lead(user, pilot)
    gate = request.query_params.get("gate", Gate.RESOURCES)
    if gate not in Gate.values:
        raise serializers.ValidationError({"gate": [", ".join(Gate.values)]})
    return Response(CheckOut(checklist.checklist(pilot, gate), many=True).data)


@extend_schema(request=ProposalIn, responses={201: ReviewOut})
@api_view(["POST"])
@permission_classes([READS])
def propose(request: Request, pk: int) -> Response:
    """Ask for people and money."""
    user = person(request)
    pilot = visible_pilot(person(request), pk)
    check_can_lead(user, pilot)
    review = gates.propose(pilot, by=user, at=timezone.now(), **body(ProposalIn, request))
    return Response(ReviewOut(review).data, status=status.HTTP_201_CREATED)


@extend_schema(request=CaseIn, responses={201: ReviewOut})
@api_view(["POST"])
@permission_classes([READS])
def evaluate(request: Request, pk: int) -> Response:
    """Ask for the decision on the outcome."""
    user = person(request)
    pilot = visible_pilot(person(request), pk)
    check_can_lead(user, pilot)
    review = gates.ask_for_decision(pilot, by=user, at=timezone.now(), **body(CaseIn, request))
    return Response(ReviewOut(review).data, status=status.HTTP_201_CREATED)


@extend_schema(request=CaseIn, responses={201: ReviewOut})
@api_view(["POST"])
@permission_classes([READS])
def ask_to_go_live(request: Request, pk: int) -> Response:
    """Ask somebody outside the team whether the pilot may start."""
    user = person(request)
    pilot = visible_pilot(person(request), pk)
    check_can_lead(user, pilot)
    review = gates.ask_to_go_live(pilot, by=user, at=timezone.now(), **body(CaseIn, request))
    return Response(ReviewOut(review).data, status=status.HTTP_201_CREATED)


@extend_schema(request=GoLiveIn, responses=PilotOut)
@api_view(["POST"])
@permission_classes([READS])
def go_live(request: Request, pk: int) -> Response:
    """Record the first day of use, once the go-live checks hold."""
    user = person(request)
    pilot = visible_pilot(person(request), pk)
    check_can_lead(user, pilot)
    gates.go_live(pilot, by=user, at=timezone.now(), **body(GoLiveIn, request))
    return Response(PilotOut(visible_pilot(person(request), pk)).data)


@extend_schema(request=StopReasonIn, responses=PilotOut)
@api_view(["POST"])
@permission_classes([DECIDES])
def stop(request: Request, pk: int) -> Response:
    """End a pilot early, for a reason."""
    user = person(request)
    pilot = visible_pilot(person(request), pk)
    check_can_stop(user, pilot)
    gates.stop(pilot, by=user, at=timezone.now(), **body(StopReasonIn, request))
    return Response(PilotOut(visible_pilot(person(request), pk)).data)


def _visible(request: Request) -> GateReviewQuerySet:
    return (
        GateReview.objects.visible_to(person(request))
        .select_related("pilot__unit", "pilot__lead", "opened_by", "decided_by", "decided_for")
        .prefetch_related(*BESIDE)
    )


def _review(request: Request, pk: int) -> GateReview:
    return get_object_or_404(_visible(request), pk=pk)
