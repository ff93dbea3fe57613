"""Learning cards for programs: the library, one card, completing it, and reading one for a pilot."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.needs.models import CareSetting
from innovation.people.models import User
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.learning import actions, permissions, queries
from pilots.learning.endings import CardOutcome
from pilots.learning.forms import LearningFilter
from pilots.learning.models import LearningCard
from pilots.learning.presenters import LearningOut, OneLearningOut
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

KEEPS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)
_FILTERS = [
    OpenApiParameter("q", str, description="Words that occur in it."),
    OpenApiParameter(
        "outcome",
        str,
        enum=[*CardOutcome.values, "rule"],
        description="What became of the pilot; `rule`: stopped as its rule said.",
    ),
    OpenApiParameter("setting", str, enum=CareSetting.values, description="Of one of its needs."),
]


class LearningIn(NamesNoPatientSerializer):
    problem = serializers.CharField(max_length=2000)
    tried = serializers.CharField(max_length=4000)
    seen = serializers.CharField(max_length=4000)
    works_for = serializers.CharField(max_length=2000)
    next_team = serializers.CharField(max_length=4000)
    ask = serializers.IntegerField(help_text="The person whom the next team asks.")


class CardReadIn(serializers.Serializer[None]):
    card = serializers.IntegerField(help_text="The published card that was read.")


class LearningList(generics.ListAPIView[LearningCard]):
    """Published cards of the health system, the last first."""

    permission_classes = [KEEPS]
    serializer_class = LearningOut
    queryset = LearningCard.objects.none()
    filter_backends: tuple[type[BaseFilterBackend], ...] = ()

    def get_queryset(self) -> QuerySet[LearningCard]:
        narrowed = LearningFilter(self.request.query_params)
        if not narrowed.is_valid():
            wrong = {name: list(map(str, said)) for name, said in narrowed.errors.items()}
            raise serializers.ValidationError(wrong)
        user = person(self.request)
        cards = LearningCard.objects.visible_to(user).published().for_list()
        return narrowed.narrow(cards.prefetch_related("pilot__team"))

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "user": person(self.request)}

    @extend_schema(parameters=_FILTERS)
    def get(self, request: Request) -> Response:
        return self.list(request)


class LearningDetail(APIView):
    """One card with what was measured; its lead completes it, or writes it anew."""

    permission_classes = [KEEPS]

    @extend_schema(responses=OneLearningOut)
    def get(self, request: Request, pk: int) -> Response:
        return _one(person(request), pk)

    @extend_schema(request=LearningIn, responses=OneLearningOut)
    def put(self, request: Request, pk: int) -> Response:
        user = person(request)
        card = queries.visible_card(user, pk)
        permissions.check_can_complete(user, card)
        given = body(LearningIn, request)
        ask = queries.people_to_ask(card.pilot).filter(pk=given["ask"]).first()
        if ask is None:
            raise serializers.ValidationError(
                {"ask": ["there is no such person on or beside this pilot"]}
            )
        actions.publish(card, by=user, at=timezone.now(), **{**given, "ask": ask})
        return _one(user, pk)


class LearningOfPilot(APIView):
    """What was learned from the tries of a pilot, drafts too; and saying that its team read a card."""

    permission_classes = [KEEPS]

    @extend_schema(responses=LearningOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        cards = LearningCard.objects.filter(pilot=pilot).for_list().order_by("-pk")
        return Response(LearningOut(cards, many=True, context={"user": user}).data)

    @extend_schema(request=CardReadIn, responses=LearningOut)
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_read_for(user, pilot)
        given = body(CardReadIn, request)
        card = get_object_or_404(
            LearningCard.objects.visible_to(user).published().for_list(), pk=given["card"]
        )
        actions.mark_read(card, pilot=pilot, by=user, at=timezone.now())
        return Response(LearningOut(card, context={"user": user}).data)


def _one(user: User, pk: int) -> Response:
    card = queries.visible_card(user, pk)
    return Response(OneLearningOut(card, context={"user": user}).data)
