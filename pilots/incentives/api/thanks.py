"""Thanks and parts, for programs. A person's own are told to their own token alone."""

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

from innovation.needs.models import Need
from innovation.needs.room import NeedsPermission
from innovation.people.models import User
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.incentives import actions, permissions, queries
from pilots.incentives.models import CreditClaim, Thanks, ThanksTo
from pilots.incentives.presenters import (
    CreditClaimOut,
    CreditOut,
    ReceivedThanksOut,
    ThanksOut,
)
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

OF_PILOTS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)
OF_NEEDS = Holds(NeedsPermission.READ, writes=Scope.NEEDS)
OWN = Holds(writes=Scope.PILOTS)


class ThanksIn(NamesNoPatientSerializer):
    text = serializers.CharField(max_length=600)
    people = serializers.ListField(
        child=serializers.IntegerField(), required=False, default=list, max_length=100
    )
    authors = serializers.ListField(
        child=serializers.IntegerField(),
        required=False,
        default=list,
        max_length=100,
        help_text="Needs whose author is thanked, who asked not to be named.",
    )
    public = serializers.BooleanField()


class HiddenIn(serializers.Serializer[None]):
    hidden = serializers.BooleanField()


class CreditClaimIn(NamesNoPatientSerializer):
    what = serializers.CharField(max_length=300)


class CreditAnswerIn(NamesNoPatientSerializer):
    confirm = serializers.BooleanField()
    answer = serializers.CharField(
        max_length=300, required=False, allow_blank=True, default="", help_text="Needed for a no."
    )


class _ThanksList(generics.ListAPIView[Thanks]):
    serializer_class = ThanksOut
    queryset = Thanks.objects.none()
    filter_backends = ()

    def thing(self) -> Pilot | Need:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Thanks]:
        return queries.read_about(self.thing())

    @extend_schema(request=ThanksIn, responses={201: ThanksOut})
    def post(self, request: Request, pk: int) -> Response:
        user, thing = person(request), self.thing()
        given = body(ThanksIn, request)
        may = queries.may_be_thanked(thing, reader=user)
        made = actions.thank(
            thing,
            text=given["text"],
            people=_chosen("people", given, may.people),
            authors=_chosen("authors", given, may.authors),
            public=given["public"],
            by=user,
            at=timezone.now(),
        )
        return Response(ThanksOut(made).data, status=status.HTTP_201_CREATED)


def _chosen(name: str, given: dict[str, Any], may: tuple[Any, ...]) -> list[Any]:
    known = {one.pk: one for one in may}
    if not set(given[name]) <= known.keys():
        raise serializers.ValidationError({name: ["not all of them had a part in it"]})
    return [known[key] for key in given[name]]


class ThanksOfPilot(_ThanksList):
    """Thanks in a pilot that are for everybody who sees it; and saying thanks."""

    permission_classes = [OF_PILOTS]

    def thing(self) -> Pilot:
        return visible_pilot(person(self.request), self.kwargs["pk"])


class ThanksOfNeed(_ThanksList):
    """Thanks around a need that are for everybody who reads it; and saying thanks."""

    permission_classes = [OF_NEEDS]

    def thing(self) -> Need:
        return get_object_or_404(
            Need.objects.visible_to(person(self.request)).select_related("submitted_by", "unit"),
            pk=self.kwargs["pk"],
        )


@extend_schema(request=None, responses={204: None})
@api_view(["POST"])
@permission_classes([OWN])
def take_back_thanks(request: Request, pk: int) -> Response:
    """Take back thanks of one's own, within a week."""
    user = person(request)
    thanks = get_object_or_404(Thanks.objects.filter(by=user.pk).for_list(), pk=pk)
    actions.take_back_thanks(thanks, by=user, at=timezone.now())
    return Response(status=status.HTTP_204_NO_CONTENT)


class ThanksToMe(generics.ListAPIView[ThanksTo]):
    """What I was thanked for, by name and without."""

    permission_classes = [OWN]
    serializer_class = ReceivedThanksOut
    queryset = ThanksTo.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ThanksTo]:
        return queries.received_by(person(self.request))


@extend_schema(request=HiddenIn, responses=ReceivedThanksOut)
@api_view(["POST"])
@permission_classes([OWN])
def hide(request: Request, pk: int) -> Response:
    """Keep thanks to oneself, or let others read them again."""
    user = person(request)
    to = get_object_or_404(queries.received_by(user), pk=pk)
    actions.keep_to_oneself(to, by=user, at=timezone.now(), **body(HiddenIn, request))
    return Response(ReceivedThanksOut(to).data)


@extend_schema(responses=CreditOut(many=True))
@api_view(["GET"])
@permission_classes([OF_PILOTS])
def credit_of_pilot(request: Request, pk: int) -> Response:
    """Who had which part in a pilot, as the record says it."""
    user = person(request)
    found = queries.credit_of_pilot(visible_pilot(user, pk), reader=user)
    return Response([CreditOut(one).data for one in found])


@extend_schema(request=CreditClaimIn, responses={201: CreditClaimOut})
@api_view(["POST"])
@permission_classes([OF_PILOTS])
def claim(request: Request, pk: int) -> Response:
    """Say what one also did; whoever leads it says whether it was so."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    made = actions.claim(pilot, by=user, at=timezone.now(), **body(CreditClaimIn, request))
    return Response(CreditClaimOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=CreditAnswerIn, responses=CreditClaimOut)
@api_view(["POST"])
@permission_classes([OF_PILOTS])
def answer_claim(request: Request, pk: int) -> Response:
    """Say whether it was so."""
    user = person(request)
    found = _claim(user, pk)
    permissions.check_can_answer_claim(user, found)
    actions.answer_claim(found, by=user, at=timezone.now(), **body(CreditAnswerIn, request))
    return Response(CreditClaimOut(found).data)


def _claim(user: User, pk: int) -> CreditClaim:
    visible = CreditClaim.objects.filter(pilot__in=permissions.pilots_of(user))
    return get_object_or_404(visible.select_related("person", "pilot__lead", "answered_by"), pk=pk)


@extend_schema(responses=CreditOut(many=True))
@api_view(["GET"])
@permission_classes([OWN])
def my_contributions(request: Request) -> Response:
    """All that the record says I did, also without my name."""
    found = queries.credit_of_person(person(request))
    return Response([CreditOut(one).data for one in found])
