"""Pilots over the API: the same rules, sentences and scope as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.models import Unit, User
from innovation.people.request import person
from innovation.web.api_filters import ApiFilter
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle import pathway as questionnaire
from pilots.lifecycle import permissions, queries
from pilots.lifecycle.models import (
    LONGEST_WEEKS,
    Advice,
    Blocker,
    LeadOffer,
    LogEntry,
    LogStatus,
    Pathway,
    Pilot,
    PilotQuerySet,
    SiteGoLive,
)
from pilots.lifecycle.presenters import (
    AdviceOut,
    BlockerOut,
    LeadOfferOut,
    LogOut,
    PilotOut,
    SiteOut,
)
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus

READS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)
ANSWERS = Holds(None, writes=Scope.PILOTS)


class _Chosen(serializers.PrimaryKeyRelatedField[Model]):
    """An id among what this person may choose; any other id does not exist for them."""

    def __init__(self, choices: Callable[[User], QuerySet[Model]], **options: Any) -> None:
        super().__init__(queryset=User.objects.none(), **options)
        self.choices_of = choices

    def get_queryset(self) -> QuerySet[Model]:
        request = self.context.get("request")
        return self.choices_of(person(request)) if request else User.objects.none()


class OpenPilotIn(NamesNoPatientSerializer):
    title = serializers.CharField(max_length=120)
    summary = serializers.CharField(max_length=600)
    unit = _Chosen(queries.units_to_open_in)
    lead = _Chosen(lambda user: queries.holders(PilotsPermission.LEAD, user))
    sponsor = _Chosen(
        lambda user: queries.holders(PilotsPermission.DECIDE_RESOURCES, user),
        required=False,
        allow_null=True,
        help_text="Is asked, and sponsors it once they say yes.",
    )
    needs = _Chosen(queries.needs_to_answer, many=True)
    idea = _Chosen(queries.ideas_to_try, required=False, allow_null=True)


class CharterIn(NamesNoPatientSerializer):
    title = serializers.CharField(max_length=120, required=False)
    summary = serializers.CharField(max_length=600, required=False)
    hypothesis = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    change = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)
    least_weeks = serializers.IntegerField(
        required=False, min_value=1, max_value=LONGEST_WEEKS, help_text="The least running time."
    )
    scale_at_target = serializers.BooleanField(
        required=False, help_text="Whether scaling takes the target, not only better."
    )
    sites = _Chosen(lambda user: Unit.objects.visible_to(user), many=True, required=False)
    lead = _Chosen(lambda user: queries.holders(PilotsPermission.LEAD, user), required=False)
    sponsor = _Chosen(
        lambda user: queries.holders(PilotsPermission.DECIDE_RESOURCES, user),
        required=False,
        allow_null=True,
    )


class PathwayIn(serializers.Serializer[None]):
    answers = serializers.DictField(
        child=serializers.CharField(max_length=20),
        help_text="One answer a question: "
        + "; ".join(
            f"{q.key} ({', '.join(key for key, _label in q.answers)})"
            for q in questionnaire.QUESTIONS
        ),
    )


class PilotReasonIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=2000)


class LogIn(NamesNoPatientSerializer):
    status = serializers.ChoiceField(LogStatus.choices)
    done = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    next = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    blockers = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    learned = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    owner = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**62,
        help_text="Who clears what is in the way; needed where it is blocked.",
    )
    due_on = serializers.DateField(
        required=False, help_text="By when it is cleared; needed where it is blocked."
    )


class ClearIn(NamesNoPatientSerializer):
    how = serializers.CharField(max_length=600)


class AdviceIn(NamesNoPatientSerializer):
    text = serializers.CharField(max_length=2000)


class AdviceAnswerIn(NamesNoPatientSerializer):
    taken_up = serializers.BooleanField()
    answer = serializers.CharField(
        max_length=600, required=False, allow_blank=True, help_text="Needed where it is not."
    )


class SitePlanIn(NamesNoPatientSerializer):
    unit = _Chosen(lambda user: Unit.objects.visible_to(user))
    planned_on = serializers.DateField()
    reason = serializers.CharField(
        max_length=600,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed once the pilot was proposed.",
    )


class LeadOfferIn(NamesNoPatientSerializer):
    to = _Chosen(lambda user: queries.holders(PilotsPermission.LEAD, user))
    reason = serializers.CharField(max_length=600)


class SponsorAnswerIn(NamesNoPatientSerializer):
    agrees = serializers.BooleanField()
    words = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class LeadAnswerIn(NamesNoPatientSerializer):
    words = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class SiteLiveIn(NamesNoPatientSerializer):
    unit = _Chosen(lambda user: Unit.objects.visible_to(user))
    on = serializers.DateField(help_text="The first day of use.")
    reason = serializers.CharField(
        max_length=600,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed where it is another day than the planned one.",
    )


class PilotFilter(ApiFilter):
    status = django_filters.ChoiceFilter(choices=PilotStatus.choices)
    pathway = django_filters.ChoiceFilter(choices=Pathway.choices)
    unit = django_filters.NumberFilter(field_name="unit_id", max_value=2**31)

    class Meta:
        model = Pilot
        fields = ("status", "pathway", "unit")


class PilotList(generics.ListAPIView[Pilot]):
    """Pilots that this person may read, newest first; and opening one."""

    permission_classes = [READS]
    serializer_class = PilotOut
    queryset = Pilot.objects.none()
    filterset_class = PilotFilter

    def get_queryset(self) -> QuerySet[Pilot]:
        return _visible(self.request)

    @extend_schema(request=OpenPilotIn, responses={201: PilotOut})
    def post(self, request: Request) -> Response:
        user = person(request)
        permissions.check_can_open_pilot(user)
        given = body(OpenPilotIn, request)
        pilot = lifecycle.open_pilot(by=user, at=timezone.now(), **given)
        return _answer(request, pilot, status.HTTP_201_CREATED)


class PilotDetail(APIView):
    """One pilot; and its charter, while it is being shaped."""

    permission_classes = [READS]

    @extend_schema(responses=PilotOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(PilotOut(_pilot(request, pk)).data)

    @extend_schema(request=CharterIn, responses=PilotOut)
    def patch(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = _pilot(request, pk)
        permissions.check_can_edit_charter(user, pilot)
        given = body(CharterIn, request)
        lifecycle.edit_charter(pilot, by=user, at=timezone.now(), **given)
        return _answer(request, pilot)


@extend_schema(request=SponsorAnswerIn, responses=PilotOut)
@api_view(["POST"])
@permission_classes([READS])
def sponsor_answer(request: Request, pk: int) -> Response:
    """Say yes or no to sponsoring a pilot, for whoever is asked."""
    user = person(request)
    pilot = _pilot(request, pk)
    permissions.check_can_answer_sponsor(user, pilot)
    given = body(SponsorAnswerIn, request)
    lifecycle.answer_sponsor(pilot, by=user, at=timezone.now(), **given)
    return _answer(request, pilot)


@extend_schema(request=PathwayIn, responses=PilotOut)
@api_view(["POST"])
@permission_classes([READS])
def pathway(request: Request, pk: int) -> Response:
    """Answer the questionnaire; the pathway follows from it."""
    user = person(request)
    pilot = _pilot(request, pk)
    permissions.check_can_edit_charter(user, pilot)
    given = body(PathwayIn, request)
    lifecycle.answer_pathway(pilot, answers=given["answers"], by=user, at=timezone.now())
    return _answer(request, pilot)


@extend_schema(request=None, responses=PilotOut)
@api_view(["POST"])
@permission_classes([READS])
def prepare(request: Request, pk: int) -> Response:
    """Start preparing an approved pilot."""
    user = person(request)
    pilot = _pilot(request, pk)
    lifecycle.prepare(pilot, by=user, at=timezone.now())
    return _answer(request, pilot)


@extend_schema(request=PilotReasonIn, responses=PilotOut)
@api_view(["POST"])
@permission_classes([READS])
def pause(request: Request, pk: int) -> Response:
    """Suspend a pilot; it remembers from where."""
    user = person(request)
    pilot = _pilot(request, pk)
    permissions.check_can_pause(user, pilot)
    lifecycle.pause(pilot, by=user, at=timezone.now(), **body(PilotReasonIn, request))
    return _answer(request, pilot)


@extend_schema(request=PilotReasonIn, responses=PilotOut)
@api_view(["POST"])
@permission_classes([READS])
def resume(request: Request, pk: int) -> Response:
    """Let a paused pilot go on where it was. A pause for safety that was laid on the team's own is lifted,
    and the pilot stays paused."""
    user = person(request)
    pilot = _pilot(request, pk)
    permissions.check_can_resume(user, pilot)
    lifecycle.resume(pilot, by=user, at=timezone.now(), **body(PilotReasonIn, request))
    return _answer(request, pilot)


class LogList(generics.ListAPIView[LogEntry]):
    """A pilot's log, newest first; and writing in it."""

    permission_classes = [READS]
    serializer_class = LogOut
    queryset = LogEntry.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[LogEntry]:
        pilot = _pilot(self.request, self.kwargs["pk"])
        return LogEntry.objects.filter(pilot=pilot).select_related("by")

    @extend_schema(request=LogIn, responses={201: LogOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = _pilot(request, pk)
        permissions.check_can_write_log(user, pilot)
        given = body(LogIn, request)
        if "owner" in given:
            given["owner"] = queries.may_own_blockers(pilot).filter(pk=given["owner"]).first()
            if given["owner"] is None:
                raise serializers.ValidationError({"owner": [_("Nobody of that number can.")]})
        entry = lifecycle.write_log(pilot, by=user, at=timezone.now(), **given)
        return Response(LogOut(entry).data, status=status.HTTP_201_CREATED)


class BlockerList(generics.ListAPIView[Blocker]):
    """What is and was in a pilot's way, who clears it and by when."""

    permission_classes = [READS]
    serializer_class = BlockerOut
    queryset = Blocker.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Blocker]:
        pilot = _pilot(self.request, self.kwargs["pk"])
        return Blocker.objects.filter(entry__pilot=pilot).in_order()


@extend_schema(request=ClearIn, responses=BlockerOut)
@api_view(["POST"])
@permission_classes([READS])
def blocker_clear(request: Request, pk: int) -> Response:
    """Say how what was in a pilot's way was cleared."""
    user = person(request)
    blocker = get_object_or_404(Blocker.objects.visible_to(user).in_order(), pk=pk)
    permissions.check_can_clear_blocker(user, blocker)
    given = body(ClearIn, request)
    cleared = lifecycle.clear_blocker(blocker, by=user, at=timezone.now(), **given)
    return Response(BlockerOut(cleared).data)


class AdviceList(generics.ListAPIView[Advice]):
    """What mentors advise, newest first; and advising."""

    permission_classes = [READS]
    serializer_class = AdviceOut
    queryset = Advice.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Advice]:
        pilot = _pilot(self.request, self.kwargs["pk"])
        permissions.check_can_see_advice(person(self.request), pilot)
        return pilot.advice.select_related("by", "answered_by")

    @extend_schema(request=AdviceIn, responses={201: AdviceOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = _pilot(request, pk)
        permissions.check_can_advise(user, pilot)
        made = lifecycle.advise(pilot, by=user, at=timezone.now(), **body(AdviceIn, request))
        return Response(AdviceOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=AdviceAnswerIn, responses=AdviceOut)
@api_view(["POST"])
@permission_classes([READS])
def advice_answer(request: Request, pk: int) -> Response:
    """The lead's answer to a mentor's advice."""
    user = person(request)
    found = get_object_or_404(
        Advice.objects.visible_to(user).select_related("pilot__lead", "by"), pk=pk
    )
    permissions.check_can_answer_advice(user, found.pilot)
    given = body(AdviceAnswerIn, request)
    answered = lifecycle.answer_advice(found, by=user, at=timezone.now(), **given)
    return Response(AdviceOut(answered).data)


class SiteList(generics.ListAPIView[SiteGoLive]):
    """The sites of a pilot that go live one by one, with their planned and their real first days; and
    planning one, or moving its day. Until its own first day a site is a comparison."""

    permission_classes = [READS]
    serializer_class = SiteOut
    queryset = SiteGoLive.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[SiteGoLive]:
        pilot = _pilot(self.request, self.kwargs["pk"])
        return SiteGoLive.objects.filter(pilot=pilot).select_related("unit")

    @extend_schema(request=SitePlanIn, responses={201: SiteOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = _pilot(request, pk)
        permissions.check_can_plan_sites(user, pilot)
        given = body(SitePlanIn, request)
        site = lifecycle.plan_site(pilot, by=user, at=timezone.now(), **given)
        return Response(SiteOut(site).data, status=status.HTTP_201_CREATED)


@extend_schema(request=SiteLiveIn, responses=SiteOut)
@api_view(["POST"])
@permission_classes([READS])
def site_live(request: Request, pk: int) -> Response:
    """Record the first day of a site: not before the pilot's own, and not a day to come."""
    user = person(request)
    pilot = _pilot(request, pk)
    permissions.check_can_lead(user, pilot)
    given = body(SiteLiveIn, request)
    site = lifecycle.site_goes_live(pilot, by=user, at=timezone.now(), **given)
    return Response(SiteOut(site).data)


class SiteDetail(APIView):
    """A site that is planned: taking it out before it is live."""

    permission_classes = [READS]

    @extend_schema(responses=SiteOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(SiteOut(_site(request, pk)).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("reason", str, description="Needed once the pilot was proposed.")
        ],
        responses={204: None},
    )
    def delete(self, request: Request, pk: int) -> Response:
        user = person(request)
        site = _site(request, pk)
        reason = request.query_params.get("reason", "")
        lifecycle.drop_site(site.pilot, unit=site.unit, by=user, at=timezone.now(), reason=reason)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(request=PilotReasonIn, responses=SiteOut)
@api_view(["POST"])
@permission_classes([READS])
def site_take_back(request: Request, pk: int) -> Response:
    """Take back a first day that was recorded wrongly, with a reason."""
    user = person(request)
    site = _site(request, pk)
    permissions.check_can_take_site_day_back(user, site.pilot)
    given = body(PilotReasonIn, request)
    lifecycle.take_site_day_back(site.pilot, unit=site.unit, by=user, at=timezone.now(), **given)
    return Response(SiteOut(_site(request, pk)).data)


class LeadOfferList(generics.ListAPIView[LeadOffer]):
    """Whom somebody asked to lead the pilot, the last first."""

    permission_classes = [READS]
    serializer_class = LeadOfferOut
    queryset = LeadOffer.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[LeadOffer]:
        pilot = _pilot(self.request, self.kwargs["pk"])
        return LeadOffer.objects.filter(pilot=pilot).select_related("to", "offered_by")

    @extend_schema(request=LeadOfferIn, responses={201: LeadOfferOut})
    def post(self, request: Request, pk: int) -> Response:
        """Ask somebody to lead it from now on."""
        user = person(request)
        pilot = _pilot(request, pk)
        permissions.check_can_lead(user, pilot)
        given = body(LeadOfferIn, request)
        offer = lifecycle.offer_lead(pilot, by=user, at=timezone.now(), **given)
        return Response(LeadOfferOut(offer).data, status=status.HTTP_201_CREATED)


@extend_schema(request=LeadAnswerIn, responses=LeadOfferOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def lead_accept(request: Request, pk: int) -> Response:
    """Lead the pilot from now on: only who is asked."""
    return _lead_answer(request, pk, lifecycle.accept_lead)


@extend_schema(request=LeadAnswerIn, responses=LeadOfferOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def lead_decline(request: Request, pk: int) -> Response:
    """Say no: only who is asked."""
    return _lead_answer(request, pk, lifecycle.decline_lead)


@extend_schema(request=None, responses=LeadOfferOut)
@api_view(["POST"])
@permission_classes([READS])
def lead_withdraw(request: Request, pk: int) -> Response:
    """Ask no longer."""
    offer = _lead_offer(request, pk)
    lifecycle.withdraw_lead(offer, by=person(request), at=timezone.now())
    return Response(LeadOfferOut(offer).data)


def _lead_answer(request: Request, pk: int, act: Callable[..., object]) -> Response:
    offer = _lead_offer(request, pk)
    permissions.check_can_answer_lead_offer(person(request), offer)
    act(offer, by=person(request), at=timezone.now(), **body(LeadAnswerIn, request))
    return Response(LeadOfferOut(offer).data)


def _lead_offer(request: Request, pk: int) -> LeadOffer:
    found: LeadOffer = get_object_or_404(
        LeadOffer.objects.visible_to(person(request)).select_related(
            "to", "offered_by", "pilot__unit", "pilot__lead", "pilot__sponsor"
        ),
        pk=pk,
    )
    return found


def _site(request: Request, pk: int) -> SiteGoLive:
    of_visible = SiteGoLive.objects.filter(pilot__in=_visible(request).values("pk"))
    found: SiteGoLive = get_object_or_404(
        of_visible.select_related("unit", "pilot__unit", "pilot__lead", "pilot__sponsor"), pk=pk
    )
    return found


def _visible(request: Request) -> PilotQuerySet:
    return Pilot.objects.visible_to(person(request)).for_list()


def _pilot(request: Request, pk: int) -> Pilot:
    return get_object_or_404(_visible(request), pk=pk)


def _answer(request: Request, pilot: Pilot, code: int = status.HTTP_200_OK) -> Response:
    return Response(PilotOut(_visible(request).get(pk=pilot.pk)).data, status=code)
