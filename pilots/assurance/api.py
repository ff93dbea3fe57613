"""The reviews of a pilot for programs: where they stand, the short form, evidence in words or by a link."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.request import person
from innovation.rules import dates
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.assurance import actions, permissions, queries
from pilots.assurance.actions import GivenEvidence
from pilots.assurance.presenters import ReviewsOut, ReviewsPage
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission

GIVES = Holds(PilotsPermission.READ, writes=Scope.PILOTS)


class ShortFormLineIn(NamesNoPatientSerializer):
    key = serializers.CharField(max_length=40)
    holds = serializers.BooleanField()
    note = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class ShortFormIn(NamesNoPatientSerializer):
    lines = ShortFormLineIn(many=True, help_text="Every line of the short form, each once.")


class EvidenceIn(NamesNoPatientSerializer):
    topic = serializers.CharField(max_length=40)
    text = serializers.CharField(max_length=6000, required=False, allow_blank=True, default="")
    link = serializers.URLField(max_length=600, required=False, allow_blank=True, default="")
    site = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    expires_on = serializers.DateField(required=False, allow_null=True, default=None)
    of_product = serializers.BooleanField(required=False, default=False)


class ReviewsDetail(APIView):
    """What is reviewed before a pilot goes live, and whose turn each review is."""

    permission_classes = [Holds(PilotsPermission.READ)]

    @extend_schema(responses=ReviewsOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(_said(visible_pilot(person(request), pk)))


@extend_schema(request=ShortFormIn, responses={201: ReviewsOut})
@api_view(["POST"])
@permission_classes([GIVES])
def attest(request: Request, pk: int) -> Response:
    """Say of each line of the short form whether it holds; what does not is reviewed."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    permissions.check_can_attest(user, pilot)
    lines = body(ShortFormIn, request)["lines"]
    holds = {one["key"]: (one["holds"], one["note"]) for one in lines}
    actions.attest(pilot, queries.SHORT_FORM, holds=holds, by=user, at=timezone.now())
    return Response(_said(pilot), status=status.HTTP_201_CREATED)


@extend_schema(request=EvidenceIn, responses={201: ReviewsOut})
@api_view(["POST"])
@permission_classes([GIVES])
def give_evidence(request: Request, pk: int) -> Response:
    """Give evidence on a topic; it answers every question of it. Files are given on the page."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    permissions.check_can_give(user, pilot)
    given = GivenEvidence(**body(EvidenceIn, request))
    actions.give(pilot, given, by=user, at=timezone.now())
    return Response(_said(pilot), status=status.HTTP_201_CREATED)


def _said(pilot: Pilot) -> object:
    fresh = Pilot.objects.prefetch_related(*queries.READS).get(pk=pilot.pk)
    return ReviewsOut(ReviewsPage(queries.reviews_of(fresh, today=dates.today()))).data
