"""Who can do what and calls for help, for programs: the same rules and sentences as the pages."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.models import User
from innovation.people.request import person
from innovation.rules import dates
from innovation.talent import actions, queries
from innovation.talent.disciplines import Discipline, OpenFor
from innovation.talent.forms import CallIn, OfferAnswerIn, OfferIn, ProfileIn, SkillIn, TalentFilter
from innovation.talent.models import AddedSkill, HelpCall, HelpOffer, TalentProfile
from innovation.talent.presenters import (
    CalledOut,
    CallOut,
    OfferOut,
    ProfileOut,
    SkillOut,
    TalentOut,
)
from innovation.talent.room import TalentPermission
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.scopes import Scope

READS = Holds(TalentPermission.READ)
WRITES = Holds(TalentPermission.READ, writes=Scope.NEEDS)

_FILTERS = [
    OpenApiParameter("q", str),
    OpenApiParameter("skill", str, description="The key of a skill."),
    OpenApiParameter("discipline", str, enum=Discipline.values),
    OpenApiParameter("open_for", str, enum=OpenFor.values),
    OpenApiParameter("unit", OpenApiTypes.INT, description="This unit and all below it."),
]


@extend_schema(parameters=_FILTERS, responses=TalentOut(many=True))
@api_view(["GET"])
@permission_classes([READS])
def find(request: Request) -> Response:
    """People who switched their profile on, the nearest first: who has done it, then who says so, then
    one's own unit, then by name; the first 100."""
    user = person(request)
    narrowed = TalentFilter(request.query_params, user=user)
    if not narrowed.is_valid():
        wrong = {name: list(map(str, said)) for name, said in narrowed.errors.items()}
        raise serializers.ValidationError(wrong)
    return Response(TalentOut(queries.find(user, narrowed.wanted()), many=True).data)


class Skills(APIView):
    """The list of skills that may be chosen; and putting one on it."""

    def get_permissions(self) -> list[BasePermission]:
        keeping = self.request.method == "POST"
        permission = TalentPermission.KEEP_SKILLS if keeping else TalentPermission.READ
        return [Holds(permission, writes=Scope.NEEDS)()]

    @extend_schema(responses=SkillOut(many=True))
    def get(self, request: Request) -> Response:
        listed = [{"key": key, "name": name} for key, name in queries.offered_skills()]
        return Response(SkillOut(listed, many=True).data)

    @extend_schema(request=SkillIn, responses={201: SkillOut})
    def post(self, request: Request) -> Response:
        made = actions.add_skill(by=person(request), at=timezone.now(), **body(SkillIn, request))
        return Response(SkillOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=None, responses={204: None})
@api_view(["POST"])
@permission_classes([Holds(TalentPermission.KEEP_SKILLS, writes=Scope.NEEDS)])
def retire_skill(request: Request, pk: int) -> Response:
    """Offer a skill no more: the number in its key, “added-12”."""
    user = person(request)
    kept = user.units(TalentPermission.KEEP_SKILLS)
    skill = get_object_or_404(
        AddedSkill.objects.select_related("unit").filter(unit__in=kept), pk=pk
    )
    actions.retire_skill(skill, by=user, at=timezone.now())
    return Response(status=status.HTTP_204_NO_CONTENT)


class OwnProfile(APIView):
    """One's own profile: there is none while it is switched off."""

    permission_classes = [WRITES]

    @extend_schema(responses=ProfileOut)
    def get(self, request: Request) -> Response:
        profile = get_object_or_404(TalentProfile, person=person(request).pk)
        return Response(ProfileOut(profile).data)

    @extend_schema(request=ProfileIn, responses=ProfileOut)
    def put(self, request: Request) -> Response:
        """Switch it on, or say something else in it."""
        given = body(ProfileIn, request)
        profile = actions.show(by=person(request), at=timezone.now(), **given)
        return Response(ProfileOut(profile).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Switch it off: what it said is deleted."""
        actions.hide(by=person(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Calls(APIView):
    """Open calls for help that this person may see, the one that ends soonest first; and asking."""

    permission_classes = [WRITES]

    @extend_schema(
        parameters=[OpenApiParameter("fits", bool, description="Those that fit one’s profile.")],
        responses=CalledOut(many=True),
    )
    def get(self, request: Request) -> Response:
        user = person(request)
        found = queries.open_calls(user, today=dates.today())
        if request.query_params.get("fits") in ("1", "true"):
            found = queries.fitting(user, found)
        return Response(CalledOut(found, many=True).data)

    @extend_schema(request=CallIn, responses={201: CallOut})
    def post(self, request: Request) -> Response:
        made = actions.ask(by=person(request), at=timezone.now(), **body(CallIn, request))
        return Response(CallOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=CallOut)
@api_view(["GET"])
@permission_classes([READS])
def call(request: Request, pk: int) -> Response:
    """One call, for whoever may see what it is about."""
    return Response(CallOut(_seen(person(request), pk)).data)


@extend_schema(request=OfferIn, responses={201: OfferOut})
@api_view(["POST"])
@permission_classes([WRITES])
def offer(request: Request, pk: int) -> Response:
    """Offer help; whoever asks is told."""
    user = person(request)
    made = actions.offer(_seen(user, pk), by=user, at=timezone.now(), **body(OfferIn, request))
    return Response(OfferOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=None, responses=CallOut)
@api_view(["POST"])
@permission_classes([WRITES])
def close(request: Request, pk: int) -> Response:
    """Close one's call."""
    user = person(request)
    return Response(CallOut(actions.close(_seen(user, pk), by=user, at=timezone.now())).data)


class Offers(generics.ListAPIView[HelpOffer]):
    """What one offered, and what was offered to one's own calls; the newest first."""

    permission_classes = [READS]
    serializer_class = OfferOut
    queryset = HelpOffer.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[HelpOffer]:
        return HelpOffer.objects.visible_to(person(self.request)).for_list()


@extend_schema(request=OfferAnswerIn, responses=OfferOut)
@api_view(["POST"])
@permission_classes([WRITES])
def answer(request: Request, pk: int) -> Response:
    """Accept or decline what somebody offered. It puts nobody on a team."""
    user = person(request)
    offered = _offer(user, pk)
    given = body(OfferAnswerIn, request)
    verb = actions.accept if given["yes"] else actions.decline
    return Response(OfferOut(verb(offered, words=given["words"], by=user, at=timezone.now())).data)


@extend_schema(request=None, responses=OfferOut)
@api_view(["POST"])
@permission_classes([WRITES])
def take_back(request: Request, pk: int) -> Response:
    """Take one's own offer back."""
    user = person(request)
    return Response(OfferOut(actions.take_back(_offer(user, pk), by=user, at=timezone.now())).data)


def _seen(user: User, pk: int) -> HelpCall:
    found = get_object_or_404(HelpCall.objects.for_list(), pk=pk)
    if queries.subject_of(user, found.about) is None:
        raise Http404
    return found


def _offer(user: User, pk: int) -> HelpOffer:
    return get_object_or_404(HelpOffer.objects.visible_to(user).for_list(), pk=pk)
