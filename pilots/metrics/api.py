"""Sources, metrics, their numbers and their pulls for programs."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.request import person
from innovation.web.entrance import Holds
from innovation.web.paging import ApiCursorPagination
from innovation.web.scopes import Scope
from pilots.connectors import kinds
from pilots.metrics import actions as metrics
from pilots.metrics import queries
from pilots.metrics.models import Metric, MetricQuerySet, Observation, Pull, Source
from pilots.metrics.presenters import (
    MetricSerializer,
    ObservationSerializer,
    PullSerializer,
    SourceSerializer,
)
from pilots.metrics.room import MetricsPermission


class SourceFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=kinds.choices)

    class Meta:
        model = Source
        fields = ("unit", "kind")


class SourceList(ListAPIView[Source]):
    """Sources of the units that you reach. Their credentials are never shown."""

    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = SourceSerializer
    filterset_class = SourceFilter
    queryset = Source.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Source]:
        return queries.sources_listed(person(self.request))


class SourceDetail(RetrieveAPIView[Source]):
    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = SourceSerializer

    def get_queryset(self) -> QuerySet[Source]:
        return queries.sources_listed(person(self.request))


class MetricFilter(django_filters.FilterSet):
    failing = django_filters.BooleanFilter(field_name="failures", method="in_trouble")

    class Meta:
        model = Metric
        fields = ("unit", "pilot", "source", "role", "dimension", "kind", "entity")

    def in_trouble(self, found: MetricQuerySet, _name: str, value: bool) -> MetricQuerySet:
        return found.filter(failures__gt=0) if value else found.filter(failures=0)


class MetricList(ListAPIView[Metric]):
    """Metrics of the units that you reach and of your own pilots."""

    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = MetricSerializer
    filterset_class = MetricFilter
    queryset = Metric.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Metric]:
        return Metric.objects.visible_to(person(self.request))


class MetricDetail(RetrieveAPIView[Metric]):
    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = MetricSerializer

    def get_queryset(self) -> QuerySet[Metric]:
        return Metric.objects.visible_to(person(self.request))


class ByPeriod(ApiCursorPagination):
    """Observations from the newest period back."""

    ordering = "-period"


class ObservationFilter(django_filters.FilterSet):
    since = django_filters.DateFilter(field_name="period", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="period", lookup_expr="lte")

    class Meta:
        model = Observation
        fields = ()


class ObservationList(ListAPIView[Observation]):
    """The numbers of one metric, newest period first, as they are known now."""

    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = ObservationSerializer
    pagination_class = ByPeriod
    filterset_class = ObservationFilter

    def get_queryset(self) -> QuerySet[Observation]:
        if getattr(self, "swagger_fake_view", False):
            return Observation.objects.none()
        metric = get_object_or_404(
            Metric.objects.visible_to(person(self.request)), pk=self.kwargs["pk"]
        )
        return Observation.objects.filter(metric=metric)


class PullList(ListAPIView[Pull]):
    """The pulls of one metric, newest first: when, from where, what came, what failed."""

    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = PullSerializer

    def get_queryset(self) -> QuerySet[Pull]:
        if getattr(self, "swagger_fake_view", False):
            return Pull.objects.none()
        metric = get_object_or_404(
            Metric.objects.visible_to(person(self.request)), pk=self.kwargs["pk"]
        )
        return Pull.objects.filter(metric=metric)


@extend_schema(request=None, responses={202: PullSerializer})
@api_view(["POST"])
@permission_classes([Holds(MetricsPermission.READ, writes=Scope.NUMBERS)])
def pull(request: Request, pk: int) -> Response:
    """Ask for the numbers now. Answers with the pull, or with the one that is under way."""
    user = person(request)
    metric = get_object_or_404(
        Metric.objects.visible_to(user).select_related("source", "unit", "pilot"), pk=pk
    )
    asked = metrics.request_pull(metric, by=user, at=timezone.now())
    return Response(PullSerializer(asked).data, status=202)
