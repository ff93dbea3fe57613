"""Objectives and key results as measured, for other programs."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.request import person
from innovation.rules import dates
from innovation.web.entrance import Holds
from innovation.web.keys import key_of
from okrs.goals.models import Cycle, KeyResult, Objective
from okrs.goals.room import GoalsPermission
from okrs.progress import queries
from okrs.progress.presenters import ObjectiveStandingSerializer, StandingSerializer


class ObjectiveList(APIView):
    """The objectives of one cycle, this one unless `cycle` names another."""

    permission_classes = [Holds(GoalsPermission.READ)]

    @extend_schema(
        parameters=[OpenApiParameter("cycle", int, description="A cycle's id.")],
        responses=ObjectiveStandingSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        user = person(request)
        wanted = request.query_params.get("cycle", "")
        cycle = (
            get_object_or_404(Cycle.objects.visible_to(user), pk=key)
            if (key := key_of(wanted)) is not None
            else Cycle.objects.current_for(user, dates.today())
        )
        found = queries.objective_standings(user, cycle, at=timezone.now())
        return Response(ObjectiveStandingSerializer(found, many=True).data)


class ObjectiveDetail(APIView):
    permission_classes = [Holds(GoalsPermission.READ)]

    @extend_schema(responses=ObjectiveStandingSerializer)
    def get(self, request: Request, pk: int) -> Response:
        objective = get_object_or_404(
            Objective.objects.visible_to(person(request)).select_related("cycle"), pk=pk
        )
        found = queries.objective_standings(
            person(request), objective.cycle, at=timezone.now(), only=objective
        )
        return Response(ObjectiveStandingSerializer(found[0]).data)


class KeyResultDetail(APIView):
    permission_classes = [Holds(GoalsPermission.READ)]

    @extend_schema(responses=StandingSerializer)
    def get(self, request: Request, pk: int) -> Response:
        visible = KeyResult.objects.filter(
            objective__in=Objective.objects.visible_to(person(request))
        )
        key_result = get_object_or_404(visible, pk=pk)
        found = queries.standings([key_result], at=timezone.now(), user=person(request))
        return Response(StandingSerializer(found[key_result.pk]).data)
