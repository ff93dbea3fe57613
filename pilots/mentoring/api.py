"""Mentors for programs: the register, one's own entry, asking, answering, ending, and what they share."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.models import User
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.mentoring import actions, permissions, presenters, queries
from pilots.mentoring.models import Mentor, MentoringSession, Mentorship, NextStep
from pilots.mentoring.models.register import MOST_ROOM
from pilots.mentoring.presenters import (
    MentoringSessionOut,
    MentorMatchOut,
    MentorOut,
    MentorshipOut,
    NextStepOut,
)
from pilots.mentoring.room import MentoringPermission
from pilots.mentoring.skills import CHOICES, known

READS = Holds(MentoringPermission.READ)
OFFERS = Holds(MentoringPermission.OFFER, writes=Scope.PILOTS)
ASKS = Holds(PilotsPermission.READ, writes=Scope.PILOTS)
ANSWERS = Holds(None, writes=Scope.PILOTS)
_BY_SKILL = OpenApiParameter("skill", OpenApiTypes.STR, enum=[key for key, _label in CHOICES])
_BY_SKILLS = OpenApiParameter(
    "skills", OpenApiTypes.STR, many=True, enum=[key for key, _label in CHOICES]
)


class MentorIn(NamesNoPatientSerializer):
    skills = serializers.ListField(child=serializers.ChoiceField(CHOICES), allow_empty=False)
    line = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    room_for = serializers.IntegerField(
        min_value=1, max_value=MOST_ROOM, help_text="For how many pilots at once."
    )


class MentorAskIn(NamesNoPatientSerializer):
    person = serializers.IntegerField(min_value=1, max_value=2**62)
    skills = serializers.ListField(
        child=serializers.ChoiceField(CHOICES), required=False, default=list
    )
    why = serializers.CharField(max_length=600, help_text="What for.")


class MentorAnswerIn(NamesNoPatientSerializer):
    agrees = serializers.BooleanField()
    words = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class MentoringEndIn(NamesNoPatientSerializer):
    words = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class NextStepIn(NamesNoPatientSerializer):
    what = serializers.CharField(max_length=300)
    who = serializers.IntegerField(
        min_value=1, max_value=2**62, help_text="The mentor, or somebody of the team."
    )
    due_on = serializers.DateField()


class MentoringSessionIn(NamesNoPatientSerializer):
    held_on = serializers.DateField()
    spoken_of = serializers.CharField(max_length=2000)
    steps = NextStepIn(many=True, required=False, default=list)


class MentorList(generics.ListAPIView[Mentor]):
    """Who would mentor, in what, and how many pilots they mentor now."""

    permission_classes = [READS]
    serializer_class = MentorOut
    queryset = Mentor.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Mentor]:
        asked = known([self.request.GET.get("skill", "")])
        return queries.register(person(self.request), skill="".join(asked))

    def get_serializer_context(self) -> dict[str, Any]:
        loads = queries.loads(self.get_queryset().values_list("person_id", flat=True))
        return {**super().get_serializer_context(), "loads": loads}

    @extend_schema(parameters=[_BY_SKILL])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class MyMentoring(APIView):
    """What one offers oneself: nobody does for another."""

    permission_classes = [OFFERS]

    @extend_schema(responses=MentorOut)
    def get(self, request: Request) -> Response:
        return Response(_out(_own(person(request))))

    @extend_schema(request=MentorIn, responses=MentorOut)
    def put(self, request: Request) -> Response:
        """Say that one would mentor, or what changed of it."""
        user = person(request)
        permissions.check_can_offer(user)
        made = actions.offer(by=user, at=timezone.now(), **body(MentorIn, request))
        return Response(_out(made))

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Leave the register. Those whom one mentors, one mentors until it is ended."""
        user = person(request)
        actions.withdraw(_own(user), by=user, at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(request=None, responses=MentorOut)
@api_view(["POST"])
@permission_classes([OFFERS])
def pause(request: Request) -> Response:
    """Take no further pilot for now."""
    user = person(request)
    return Response(_out(actions.pause(_own(user), by=user, at=timezone.now())))


@extend_schema(request=None, responses=MentorOut)
@api_view(["POST"])
@permission_classes([OFFERS])
def go_on(request: Request) -> Response:
    """Be asked again."""
    user = person(request)
    return Response(_out(actions.go_on(_own(user), by=user, at=timezone.now())))


@extend_schema(responses=MentorOut)
@api_view(["GET"])
@permission_classes([READS])
def detail(request: Request, pk: int) -> Response:
    """One mentor."""
    visible = Mentor.objects.visible_to(person(request)).for_list()
    return Response(_out(get_object_or_404(visible, pk=pk)))


@extend_schema(parameters=[_BY_SKILLS], responses=MentorMatchOut(many=True))
@api_view(["GET"])
@permission_classes([ASKS])
def matches(request: Request, pk: int) -> Response:
    """Who could be asked to mentor the pilot, the best first, and because of what."""
    user = person(request)
    pilot = visible_pilot(user, pk)
    permissions.check_can_ask(user, pilot)
    found, _full = queries.matches(user, pilot, known(request.GET.getlist("skills")))
    said = [presenters.suggestion(mentor, match) for mentor, match in found]
    loads = {mentor.person_id: match.candidate.load for mentor, match in found}
    return Response(MentorMatchOut(said, many=True, context={"loads": loads}).data)


class MentorshipList(generics.ListAPIView[Mentorship]):
    """Who was asked to mentor a pilot, as far as the user may read it; and asking somebody."""

    permission_classes = [ASKS]
    serializer_class = MentorshipOut
    queryset = Mentorship.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Mentorship]:
        user = person(self.request)
        pilot = visible_pilot(user, self.kwargs["pk"])
        return Mentorship.objects.visible_to(user).filter(pilot=pilot).for_list()

    @extend_schema(request=MentorAskIn, responses={201: MentorshipOut})
    def post(self, request: Request, pk: int) -> Response:
        """Ask somebody of the register. They mentor it once they say yes."""
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_ask(user, pilot)
        given = body(MentorAskIn, request)
        near = Mentor.objects.visible_to(user).standing().for_list()
        entry = near.filter(person=given.pop("person")).first()
        if entry is None:
            raise serializers.ValidationError({"person": ["no mentor of this number"]})
        made = actions.ask(pilot, person=entry.person, by=user, at=timezone.now(), **given)
        return Response(MentorshipOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(responses=MentorshipOut)
@api_view(["GET"])
@permission_classes([ANSWERS])
def mentorship(request: Request, pk: int) -> Response:
    """One mentoring."""
    return Response(MentorshipOut(_visible(request, pk)).data)


@extend_schema(request=MentorAnswerIn, responses=MentorshipOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def answer(request: Request, pk: int) -> Response:
    """Say yes or no to mentoring a pilot: only who is asked."""
    user, asked = person(request), _visible(request, pk)
    permissions.check_can_answer(user, asked)
    given = body(MentorAnswerIn, request)
    act = actions.accept if given["agrees"] else actions.decline
    act(asked, words=given["words"], by=user, at=timezone.now())
    return Response(MentorshipOut(_visible(request, pk)).data)


@extend_schema(request=None, responses=MentorshipOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def take_back(request: Request, pk: int) -> Response:
    """Ask no longer."""
    actions.take_back(_visible(request, pk), by=person(request), at=timezone.now())
    return Response(MentorshipOut(_visible(request, pk)).data)


@extend_schema(request=MentoringEndIn, responses=MentorshipOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def end(request: Request, pk: int) -> Response:
    """End it, as either side may."""
    user, found = person(request), _visible(request, pk)
    permissions.check_can_end(user, found)
    actions.end(found, by=user, at=timezone.now(), **body(MentoringEndIn, request))
    return Response(MentorshipOut(_visible(request, pk)).data)


class SessionList(generics.ListAPIView[MentoringSession]):
    """What a mentor and a team spoke of, the last first: for them alone; and writing it down."""

    permission_classes = [ANSWERS]
    serializer_class = MentoringSessionOut
    queryset = MentoringSession.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[MentoringSession]:
        user = person(self.request)
        found = queries.visible_mentorship(user, self.kwargs["pk"])
        permissions.check_reads_sessions(user, found)
        return found.sessions.select_related("by").prefetch_related("steps__who")

    @extend_schema(request=MentoringSessionIn, responses={201: MentoringSessionOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        found = queries.visible_mentorship(user, pk)
        permissions.check_can_write_session(user, found)
        given = body(MentoringSessionIn, request)
        people = {one.pk: one for one in queries.may_do_steps(found)}
        steps = []
        for one in given.pop("steps"):
            if one["who"] not in people:
                raise serializers.ValidationError({"steps": ["nobody of this number there"]})
            steps.append(actions.GivenStep(one["what"], people[one["who"]], one["due_on"]))
        made = actions.write_session(found, steps=steps, by=user, at=timezone.now(), **given)
        return Response(MentoringSessionOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=None, responses=NextStepOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def step_done(request: Request, pk: int) -> Response:
    """Say that a next step is done."""
    user = person(request)
    step = get_object_or_404(NextStep.objects.shared_with(user).for_list(), pk=pk)
    return Response(NextStepOut(actions.finish(step, by=user, at=timezone.now())).data)


def _own(user: User) -> Mentor:
    permissions.check_can_offer(user)
    found: Mentor = get_object_or_404(Mentor.objects.filter(person=user.pk).for_list())
    return found


def _out(mentor: Mentor) -> Any:
    loads = queries.loads([mentor.person_id])
    return MentorOut(mentor, context={"loads": loads}).data


def _visible(request: Request, pk: int) -> Mentorship:
    return queries.visible_mentorship(person(request), pk)
