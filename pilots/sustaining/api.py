"""Looks at what was scaled over the API: what waits, the owner's answer, and the decision."""

from __future__ import annotations

from decimal import Decimal

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.models import User
from innovation.people.request import person
from innovation.web.api_filters import ApiFilter
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.paging import ApiCursorPagination
from innovation.web.scopes import Scope
from pilots.gates.permissions import check_can_decide
from pilots.lifecycle.room import PilotsPermission
from pilots.scaling.permissions import sees_cost
from pilots.scaling.queries import plan_of
from pilots.sustaining import actions, permissions
from pilots.sustaining.looks import MOST_WEEKS
from pilots.sustaining.models import DECISIONS, SustainedQuerySet, SustainedReview
from pilots.sustaining.presenters import OneSustainedOut, SustainedOut

READS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)
DECIDES = Holds(PilotsPermission.READ, writes=Scope.DECISIONS)


class OwnerSeesIn(NamesNoPatientSerializer):
    seen = serializers.CharField(max_length=2000)
    people_using = serializers.IntegerField(min_value=0, max_value=1_000_000)
    people_could = serializers.IntegerField(min_value=1, max_value=1_000_000)
    cost = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal(0), help_text="Since it was scaled."
    )


class SustainedDecisionIn(NamesNoPatientSerializer):
    decision = serializers.ChoiceField(DECISIONS)
    reason = serializers.CharField(max_length=2000)
    despite = serializers.CharField(
        max_length=2000,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed where it stays although not everything holds.",
    )
    weeks = serializers.IntegerField(
        min_value=1,
        max_value=MOST_WEEKS,
        required=False,
        allow_null=True,
        help_text="Until it is looked at again.",
    )


class SustainedFilter(ApiFilter):
    waiting = django_filters.BooleanFilter(
        field_name="review__decided_at", lookup_expr="isnull", label="Not decided yet"
    )
    pilot = django_filters.NumberFilter(field_name="review__pilot")

    class Meta:
        model = SustainedReview
        fields = ("waiting", "pilot")


class NewestReview(ApiCursorPagination):
    ordering = "-review_id"  # a look has no number of its own


class SustainedList(generics.ListAPIView[SustainedReview]):
    """Looks at what was scaled, newest first."""

    permission_classes = [READS]
    serializer_class = SustainedOut
    queryset = SustainedReview.objects.none()
    filterset_class = SustainedFilter
    pagination_class = NewestReview

    def get_queryset(self) -> QuerySet[SustainedReview]:
        return _visible(person(self.request))


class SustainedDetail(APIView):
    """One of them, with what was found."""

    permission_classes = [READS]

    @extend_schema(responses=OneSustainedOut)
    def get(self, request: Request, pk: int) -> Response:
        return _answer(person(request), pk)


@extend_schema(request=OwnerSeesIn, responses=OneSustainedOut)
@api_view(["POST"])
@permission_classes([READS])
def answer(request: Request, pk: int) -> Response:
    """The owner says what they see."""
    user = person(request)
    sustained = get_object_or_404(_visible(user), pk=pk)
    permissions.check_can_answer_review(user, sustained)
    actions.answer(sustained, by=user, at=timezone.now(), **body(OwnerSeesIn, request))
    return _answer(user, pk)


@extend_schema(request=SustainedDecisionIn, responses=OneSustainedOut)
@api_view(["POST"])
@permission_classes([DECIDES])
def decide(request: Request, pk: int) -> Response:
    """It stays, is looked at again, or is taken out of use."""
    user = person(request)
    sustained = get_object_or_404(_visible(user), pk=pk)
    check_can_decide(user, sustained.review)
    actions.decide(sustained, by=user, at=timezone.now(), **body(SustainedDecisionIn, request))
    return _answer(user, pk)


def _visible(user: User) -> SustainedQuerySet:
    return SustainedReview.objects.visible_to(user).for_list()


def _answer(user: User, pk: int) -> Response:
    sustained = get_object_or_404(_visible(user), pk=pk)
    pilot = sustained.review.pilot
    context = {"sees_cost": sees_cost(user, pilot, plan_of(pilot).plan)}
    return Response(OneSustainedOut(sustained, context=context).data)
