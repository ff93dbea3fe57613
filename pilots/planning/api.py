"""Plans and metric panels for programs that read."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.request import person
from innovation.web.entrance import Holds
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.planning import queries
from pilots.planning.models import MetricPanel, PowerForecast
from pilots.planning.permissions import can_run_panel
from pilots.planning.presenters import CandidateOut, ForecastOut, PanelOut


class ForecastList(ListAPIView[PowerForecast]):
    """What was foreseen of each metric's plan, as it was last worked out."""

    permission_classes = [Holds(PilotsPermission.READ)]
    serializer_class = ForecastOut
    queryset = PowerForecast.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[PowerForecast]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return PowerForecast.objects.filter(metric__pilot=pilot)


class PanelList(ListAPIView[MetricPanel]):
    """The metric panels of a pilot, the last one first."""

    permission_classes = [Holds(PilotsPermission.READ)]
    serializer_class = PanelOut
    queryset = MetricPanel.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[MetricPanel]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return MetricPanel.objects.filter(pilot=pilot).select_related("opened_by", "closed_by")


class PanelDetail(APIView):
    """The candidates of one panel, with how far those who rated agree; without that for whoever was invited and
    has yet to rate."""

    permission_classes = [Holds(PilotsPermission.READ)]

    @extend_schema(responses=CandidateOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        user = person(request)
        visible = MetricPanel.objects.visible_to(user).select_related("pilot__lead")
        panel = get_object_or_404(visible, pk=pk)
        found = queries.rated(panel, user)
        if queries.is_blind(panel, user, found) and not can_run_panel(user, panel):
            found = [replace(one, ratings=()) for one in found]
        return Response([CandidateOut(one).data for one in found])
