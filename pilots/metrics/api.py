"""Sources, metrics, their numbers and their pulls for programs."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import django_filters
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    parser_classes,
    permission_classes,
)
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.models import User
from innovation.people.request import person
from innovation.people.token_authentication import TokenAuthentication
from innovation.rules import dates
from innovation.rules.refusal import NotAllowed
from innovation.web.api_filters import ApiFilter
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.paging import ApiCursorPagination
from innovation.web.parsers import BodyTooLarge, CsvParser
from innovation.web.scopes import Scope
from pilots.connectors import kinds
from pilots.metrics import actions as metrics
from pilots.metrics import library, queries, stored_files
from pilots.metrics.actions import amendments
from pilots.metrics.forms import (
    AmendmentDecisionIn,
    FileIn,
    PushedPartsIn,
    PushedRowsIn,
    SiblingsIn,
)
from pilots.metrics.models import (
    Amendment,
    HandCount,
    KnownNumber,
    KnownNumberQuerySet,
    Metric,
    MetricQuerySet,
    Pull,
    PushKey,
    Sibling,
    Source,
)
from pilots.metrics.permissions import (
    check_can_compare,
    check_can_decide_amendment,
    check_can_edit_source,
)
from pilots.metrics.presenters import (
    AmendmentOut,
    BroughtSerializer,
    FileTaken,
    FileTakenSerializer,
    MeasureOut,
    MetricSerializer,
    ObservationSerializer,
    PullSerializer,
    SiblingOut,
    SourceSerializer,
)
from pilots.metrics.room import MetricsPermission
from pilots.metrics.states import AmendmentStatus

PULLS_SHOWN = 100  # a source may have ten thousand metrics


class SourceFilter(ApiFilter):
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


class MetricFilter(ApiFilter):
    failing = django_filters.BooleanFilter(field_name="failures", method="in_trouble")

    class Meta:
        model = Metric
        fields = ("unit", "pilot", "source", "role", "dimension", "kind", "measure", "entity")

    def in_trouble(self, found: MetricQuerySet, _name: str, value: bool) -> MetricQuerySet:
        return found.filter(failures__gt=0) if value else found.filter(failures=0)


@extend_schema(responses=MeasureOut(many=True))
@api_view(["GET"])
@permission_classes([Holds(MetricsPermission.READ)])
def measure_list(_request: Request) -> Response:
    """The ready definitions that a metric may be planned with."""
    return Response(MeasureOut(list(library.MEASURES.values()), many=True).data)


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


class AmendmentFilter(ApiFilter):
    status = django_filters.ChoiceFilter(choices=AmendmentStatus.choices)
    pilot = django_filters.NumberFilter(field_name="metric__pilot")

    class Meta:
        model = Amendment
        fields = ("metric",)


class AmendmentList(ListAPIView[Amendment]):
    """Changes of locked plans that touch what a pilot is judged by, newest first: `waiting=me` those
    that you could decide on now."""

    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = AmendmentOut
    filterset_class = AmendmentFilter
    queryset = Amendment.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Amendment]:
        user = person(self.request)
        if self.request.query_params.get("waiting") == "me":
            return queries.amendments_for(user)
        return Amendment.objects.visible_to(user).for_list()

    @extend_schema(parameters=[OpenApiParameter("waiting", str, enum=["me"])])
    def get(self, request: Request) -> Response:
        return self.list(request)


class AmendmentDetail(RetrieveAPIView[Amendment]):
    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = AmendmentOut

    def get_queryset(self) -> QuerySet[Amendment]:
        return Amendment.objects.visible_to(person(self.request)).for_list()


@extend_schema(request=AmendmentDecisionIn, responses=AmendmentOut)
@api_view(["POST"])
@permission_classes([Holds(MetricsPermission.READ, writes=Scope.DECISIONS)])
def amendment_decide(request: Request, pk: int) -> Response:
    """Approve or decline a change of a locked plan, as somebody outside the team."""
    user = person(request)
    amendment = _amendment(request, pk)
    check_can_decide_amendment(user, amendment)
    given = body(AmendmentDecisionIn, request)
    decide = amendments.approve if given["decision"] == "approve" else amendments.decline
    decide(amendment, reason=given["reason"], by=user, at=timezone.now())
    return _answer(request, pk)


@extend_schema(request=None, responses=AmendmentOut)
@api_view(["POST"])
@permission_classes([Holds(MetricsPermission.READ, writes=Scope.PILOTS)])
def amendment_withdraw(request: Request, pk: int) -> Response:
    """Take a change back that you proposed, before anybody decided."""
    amendments.withdraw(_amendment(request, pk), by=person(request), at=timezone.now())
    return _answer(request, pk)


def _answer(request: Request, pk: int) -> Response:
    return Response(AmendmentOut(_amendment(request, pk), context={"request": request}).data)


def _amendment(request: Request, pk: int) -> Amendment:
    return get_object_or_404(Amendment.objects.visible_to(person(request)).for_list(), pk=pk)


class SiblingList(APIView):
    """What a metric is compared with, and the groups that it is taken apart into, oldest first; and
    adding to it: a number that is counted the same way, which you may read. A comparison site of a
    primary metric or a guardrail of an approved pilot waits for somebody outside the team: the answer
    is then 202, with the amendment that waits."""

    permission_classes = [Holds(MetricsPermission.READ, writes=Scope.PILOTS)]

    @extend_schema(responses=SiblingOut(many=True))
    def get(self, request: Request, pk: int) -> Response:
        return _siblings(request, Sibling.objects.filter(metric=_metric(request, pk)))

    @extend_schema(request=SiblingsIn, responses={201: SiblingOut(many=True), 202: AmendmentOut})
    def post(self, request: Request, pk: int) -> Response:
        user, metric = person(request), _metric(request, pk)
        check_can_compare(user, metric)
        given = body(SiblingsIn, request)
        added = metrics.add_siblings(metric, by=user, at=timezone.now(), **given)
        if not added:
            return _waits(request, metric)
        rows = Sibling.objects.filter(pk__in=[one.pk for one in added])
        return _siblings(request, rows, status=201)


class SiblingDetail(APIView):
    """One of what a metric is compared with; and comparing with it no more. Where that waits for
    approval the answer is 202, with the amendment."""

    permission_classes = [Holds(MetricsPermission.READ, writes=Scope.PILOTS)]

    @extend_schema(responses=SiblingOut)
    def get(self, request: Request, pk: int) -> Response:
        sibling = _sibling(request, pk)
        context = {"visible": _visible_series(request, [sibling])}
        return Response(SiblingOut(sibling, context=context).data)

    @extend_schema(
        parameters=[
            OpenApiParameter("reason", str, description="Needed once the pilot was proposed.")
        ],
        responses={204: None, 202: AmendmentOut},
    )
    def delete(self, request: Request, pk: int) -> Response:
        sibling = _sibling(request, pk)
        gone = metrics.remove_sibling(
            sibling,
            by=person(request),
            at=timezone.now(),
            reason=request.query_params.get("reason", "")[:600],
        )
        return Response(status=204) if gone else _waits(request, sibling.metric)


def _metric(request: Request, pk: int) -> Metric:
    found: Metric = get_object_or_404(
        Metric.objects.visible_to(person(request)).select_related("unit", "source", "pilot__unit"),
        pk=pk,
    )
    return found


def _sibling(request: Request, pk: int) -> Sibling:
    mine = Metric.objects.visible_to(person(request)).values("pk")
    found: Sibling = get_object_or_404(
        Sibling.objects.filter(metric__in=mine).select_related(
            "metric__unit", "metric__pilot__unit", "series__unit"
        ),
        pk=pk,
    )
    return found


def _siblings(request: Request, rows: QuerySet[Sibling], *, status: int = 200) -> Response:
    found = list(rows.select_related("series__unit").order_by("pk"))
    context = {"visible": _visible_series(request, found)}
    return Response(SiblingOut(found, many=True, context=context).data, status=status)


def _visible_series(request: Request, rows: list[Sibling]) -> set[int]:
    seen = Metric.objects.visible_to(person(request)).filter(pk__in=[one.series_id for one in rows])
    return set(seen.values_list("pk", flat=True))


def _waits(request: Request, metric: Metric) -> Response:
    """The change that waits for approval."""
    waiting = get_object_or_404(Amendment.objects.waiting().for_list(), metric=metric)
    return Response(AmendmentOut(waiting, context={"request": request}).data, status=202)


class ByPeriod(ApiCursorPagination):
    """Observations from the newest period back."""

    ordering = "-period"


class ObservationFilter(ApiFilter):
    since = django_filters.DateFilter(field_name="period", lookup_expr="gte")
    until = django_filters.DateFilter(field_name="period", lookup_expr="lte")
    known_on = django_filters.DateFilter(
        method="known_when_it_ended", label="As known when this day had ended; left out: now."
    )

    class Meta:
        model = KnownNumber
        fields = ()

    def known_when_it_ended(
        self, found: KnownNumberQuerySet, _name: str, day: date
    ) -> KnownNumberQuerySet:
        return found.known_at(dates.begins(dates.days_after(day)))


class ObservationList(ListAPIView[KnownNumber]):
    """The numbers of one metric, newest period first, as they are known now; with `known_on`, as they
    were known when that day had ended, those that were corrected since included."""

    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = ObservationSerializer
    pagination_class = ByPeriod
    filterset_class = ObservationFilter

    def get_queryset(self) -> QuerySet[KnownNumber]:
        if getattr(self, "swagger_fake_view", False):
            return KnownNumber.objects.none()
        metric = get_object_or_404(
            Metric.objects.visible_to(person(self.request)), pk=self.kwargs["pk"]
        )
        typed = HandCount.objects.filter(pull_id=OuterRef("pull_id"))
        found = KnownNumber.objects.filter(metric=metric).annotate(by_hand=Exists(typed))
        return found if self.request.query_params.get("known_on") else found.known_at(None)


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


@extend_schema(
    request={"text/csv": OpenApiTypes.BINARY, "multipart/form-data": FileIn},
    responses={200: FileTakenSerializer, 202: FileTakenSerializer},
)
@api_view(["PUT", "POST"])
@parser_classes([CsvParser, MultiPartParser])
@permission_classes([Holds(MetricsPermission.MANAGE_SOURCES, writes=Scope.NUMBERS)])
def source_file(request: Request, pk: int) -> Response:
    """Bring the newest file of a source that takes files, up to 50 MB unless the installation says otherwise: a CSV as the body, or as the
    field `file` of a form. It takes the place of the one before; every metric on it is read anew,
    and numbers that changed keep their former value. 202 with the pulls; 200 where the source held
    this content already and nothing was changed."""
    user, at = person(request), timezone.now()
    source = get_object_or_404(Source.objects.visible_to(user).select_related("unit"), pk=pk)
    check_can_edit_source(user, source)  # before the file is read
    file = body(FileIn, request)["file"]
    with closing(file):
        content = stored_files.given(file)
        kept, is_new = metrics.upload_file(source, name=file.name, content=content, by=user, at=at)
    pulls = queries.pulls_under_way(source) if is_new else Pull.objects.none()
    taken = FileTaken(kept, is_new, pulls.count(), list(pulls[:PULLS_SHOWN]))
    return Response(FileTakenSerializer(taken).data, status=202 if is_new else 200)


class PushKeyAuthentication(BaseAuthentication):
    """`Authorization: Push …` with a key of one source, or, where the key signs,
    `Authorization: Push-Signed start=…, at=…, signature=…`: the first sixteen characters of the key, the seconds
    since 1970, and the HMAC-SHA-256 in hexadecimal, by the key, of these seconds, the method, the path and
    the body, with a line break after each of the first three."""

    def authenticate(self, request: Request) -> tuple[User, PushKey] | None:
        way, _space, said = request.headers.get("Authorization", "").partition(" ")
        if way == "Push":
            key = metrics.key_of(said.strip(), at=timezone.now())
        elif way == "Push-Signed":
            key = _signed(request, said)
        else:
            return None
        if key is None:
            raise AuthenticationFailed(_("There is no such key, or it has ended or was revoked."))
        return key.made_by, key

    def authenticate_header(self, _request: Request) -> str:
        return "Push"


class PushKeyScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI schema describes it; found by being there."""

    target_class = "pilots.metrics.api.PushKeyAuthentication"
    name = "pushKey"

    def get_security_definition(self, _auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": " ".join((PushKeyAuthentication.__doc__ or "").split()),
        }


def _signed(request: Request, said: str) -> PushKey | None:
    parts = dict(part.strip().partition("=")[::2] for part in said.split(","))
    if not parts.get("at", "").isdecimal() or len(parts["at"]) > 12:
        raise AuthenticationFailed(_("Say with at= when it was signed, in seconds since 1970."))
    http = request._request
    if int(http.headers.get("Content-Length") or 0) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise BodyTooLarge
    message = f"{http.method}\n{http.get_full_path()}\n".encode() + http.body
    return metrics.key_that_signed(
        parts.get("start", ""),
        parts.get("signature", ""),
        moment=int(parts["at"]),
        message=message,
        at=timezone.now(),
    )


BY_KEY = [PushKeyAuthentication, TokenAuthentication, SessionAuthentication]


@extend_schema(request=PushedPartsIn, responses={200: BroughtSerializer, 422: BroughtSerializer})
@api_view(["PUT"])
@authentication_classes(BY_KEY)
@permission_classes([Holds(MetricsPermission.MANAGE_SOURCES, writes=Scope.NUMBERS)])
def metric_number(request: Request, pk: int, period: str) -> Response:
    """Send the number of one period of a metric whose source is sent its numbers. The same one again
    changes nothing; another one replaces it, and the former is kept. 422 where it was refused: the reason is
    in the answer and beside the metric."""
    user = person(request)
    metric = get_object_or_404(
        Metric.objects.visible_to(user).select_related("source__unit"), pk=pk
    )
    source = _pushed_to(request, metric.source)
    cells = body(PushedPartsIn, request)
    sent = [metrics.PushedNumber(pk, period, cells)]
    return _brought(request, source, sent)


@extend_schema(
    operation_id="metrics_group_numbers_update",
    request=PushedPartsIn,
    responses={200: BroughtSerializer, 422: BroughtSerializer},
)
@api_view(["PUT"])
@authentication_classes(BY_KEY)
@permission_classes([Holds(MetricsPermission.MANAGE_SOURCES, writes=Scope.NUMBERS)])
def group_number(request: Request, pk: int, period: str, split: str, group: str) -> Response:
    """Send the number of one group of a metric for one period, once that of everybody was sent. A small one is
    held back before it is stored, and another with it where the rest would tell it. The same one again changes
    nothing; another one replaces it, and no former one is kept."""
    user = person(request)
    metric = get_object_or_404(
        Metric.objects.visible_to(user).select_related("source__unit"), pk=pk
    )
    source = _pushed_to(request, metric.source)
    cells = body(PushedPartsIn, request)
    return _brought(request, source, [metrics.PushedNumber(pk, period, cells, split, group)])


@extend_schema(request=PushedRowsIn, responses={200: BroughtSerializer, 422: BroughtSerializer})
@api_view(["POST"])
@authentication_classes(BY_KEY)
@permission_classes([Holds(MetricsPermission.MANAGE_SOURCES, writes=Scope.NUMBERS)])
def source_numbers(request: Request, pk: int) -> Response:
    """Send numbers of many metrics and periods of one source, 5,000 at most. The good ones are kept together,
    each of the others is refused with its reason; 422 where none was kept."""
    user = person(request)
    source = get_object_or_404(Source.objects.visible_to(user).select_related("unit"), pk=pk)
    _pushed_to(request, source)
    rows = body(PushedRowsIn, request)["rows"]
    sent = [
        metrics.PushedNumber(
            row.pop("metric"),
            row.pop("period"),
            split=row.pop("split", ""),
            group=row.pop("group", ""),
            cells=row,
        )
        for row in rows
    ]
    return _brought(request, source, sent)


def _pushed_to(request: Request, source: Source) -> Source:
    """Before the body is read."""
    check_can_edit_source(person(request), source)
    if isinstance(request.auth, PushKey) and request.auth.source_id != source.pk:
        raise NotAllowed(_("This key is for another source."))
    return source


def _brought(request: Request, source: Source, sent: list[metrics.PushedNumber]) -> Response:
    key = request.auth if isinstance(request.auth, PushKey) else None
    found = metrics.push_numbers(source, sent, by=person(request), at=timezone.now(), key=key)
    kept = found.added + found.revised + found.unchanged
    return Response(BroughtSerializer(found).data, status=200 if kept else 422)
