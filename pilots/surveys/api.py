"""Questions to a group for programs: asking, closing, readings; and what may be asked. Answers come from
people alone, by the page."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.request import person
from innovation.rules.small_cells import MINIMUM
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.surveys import actions, permissions, queries
from pilots.surveys.actions.instruments import MOST_ITEMS, InstrumentWords
from pilots.surveys.forms import MOST_NAMED
from pilots.surveys.models import Instrument, Scoring, SurveyRound
from pilots.surveys.presenters import InstrumentOut, SurveyRoundOut

ASKS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)
ENTERS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)


class AskGroupIn(NamesNoPatientSerializer):
    instrument_key = serializers.SlugField(max_length=40)
    group = serializers.CharField(max_length=120)
    asked = serializers.IntegerField(
        min_value=MINIMUM,
        max_value=1_000_000,
        default=0,
        help_text="By a link: how many they are. By name it follows.",
    )
    people = serializers.ListField(
        child=serializers.EmailField(),
        max_length=MOST_NAMED,
        default=list,
        help_text="Addresses of those who are asked by name; without them, whoever has the link answers.",
    )
    closes_on = serializers.DateField()


class ItemIn(NamesNoPatientSerializer):
    text = serializers.CharField(max_length=300)
    reversed = serializers.BooleanField(default=False)


class InstrumentIn(NamesNoPatientSerializer):
    name = serializers.CharField(max_length=120)
    about = serializers.CharField(max_length=600, allow_blank=True, default="")
    licence = serializers.CharField(max_length=300)
    lowest = serializers.IntegerField(min_value=0, max_value=100)
    low_label = serializers.CharField(max_length=60)
    highest = serializers.IntegerField(min_value=1, max_value=110)
    high_label = serializers.CharField(max_length=60)
    scoring = serializers.ChoiceField(Scoring.choices, default=Scoring.MEAN)
    missing_allowed = serializers.IntegerField(min_value=0, max_value=MOST_ITEMS, default=0)
    items = ItemIn(many=True)


class NewInstrumentIn(InstrumentIn):
    key = serializers.SlugField(max_length=40)


class SurveyRoundList(generics.ListAPIView[SurveyRound]):
    """What the groups of a pilot were asked, with the readings that may be shown; and asking one."""

    permission_classes = [ASKS]
    serializer_class = SurveyRoundOut
    queryset = SurveyRound.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[SurveyRound]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return SurveyRound.objects.filter(pilot=pilot).for_list()

    def paginate_queryset(self, queryset: Any) -> Any:
        """With the readings of the whole page at once."""
        page = super().paginate_queryset(queryset)
        self.readings = queries.readings(page if page is not None else queryset)
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "readings": getattr(self, "readings", {})}

    @extend_schema(request=AskGroupIn, responses={201: SurveyRoundOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_ask(user, pilot)
        given = body(AskGroupIn, request)
        given["label"] = given.pop("group")
        given["people"] = queries.people_named(pilot, given["people"], by=user)
        made = actions.open_round(pilot, by=user, at=timezone.now(), **given)
        return Response(SurveyRoundOut(made).data, status=status.HTTP_201_CREATED)


class SurveyRoundDetail(generics.RetrieveAPIView[SurveyRound]):
    """One round; its reading once it is closed and five have answered."""

    permission_classes = [Holds(PilotsPermission.READ)]
    serializer_class = SurveyRoundOut
    queryset = SurveyRound.objects.none()

    def get_queryset(self) -> QuerySet[SurveyRound]:
        return SurveyRound.objects.visible_to(person(self.request)).for_list()


@extend_schema(request=None, responses=SurveyRoundOut)
@api_view(["POST"])
@permission_classes([ASKS])
def close(request: Request, pk: int) -> Response:
    """Close it when its day is over; where people are asked by name, once five have answered."""
    user = person(request)
    found = get_object_or_404(SurveyRound.objects.visible_to(user).for_list(), pk=pk)
    permissions.check_can_ask(user, found.pilot)
    actions.close_round(found, by=user, at=timezone.now())
    return Response(SurveyRoundOut(found).data)


class InstrumentList(generics.ListAPIView[Instrument]):
    """What was entered or asked so far; and entering one (administrators)."""

    permission_classes = [ENTERS]
    serializer_class = InstrumentOut
    queryset = Instrument.objects.prefetch_related("items")
    filter_backends = ()

    @extend_schema(request=NewInstrumentIn, responses={201: InstrumentOut})
    def post(self, request: Request) -> Response:
        user = person(request)
        permissions.check_can_enter_instruments(user)
        given = body(NewInstrumentIn, request)
        key = given.pop("key")
        made = actions.add_instrument(key=key, words=_words(given), by=user, at=timezone.now())
        return Response(InstrumentOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=InstrumentIn, responses=InstrumentOut)
@api_view(["POST"])
@permission_classes([ENTERS])
def change_instrument(request: Request, pk: int) -> Response:
    """Correct it, as long as no group was asked with it."""
    user = person(request)
    permissions.check_can_enter_instruments(user)
    found = get_object_or_404(Instrument, pk=pk)
    words = _words(body(InstrumentIn, request))
    actions.change_instrument(found, words=words, by=user, at=timezone.now())
    return Response(InstrumentOut(found).data)


def _words(given: dict[str, Any]) -> InstrumentWords:
    items = given.pop("items")
    return InstrumentWords(
        questions=[one["text"] for one in items],
        reversed=frozenset(n for n, one in enumerate(items, start=1) if one["reversed"]),
        **given,
    )
