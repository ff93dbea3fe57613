"""The log for programs: whole events, so that the chain can be checked from outside."""

import django_filters
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from innovation.audit import presenters
from innovation.audit.models import Event, EventQuerySet
from innovation.audit.room import AuditPermission
from innovation.web.entrance import Holds
from innovation.web.paging import ApiCursorPagination


class EventSerializer(serializers.ModelSerializer[Event]):
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = (
            "number",
            "at",
            "actor",
            "actor_name",
            "type",
            "sentence",
            "subjects",
            "subject_name",
            "unit_id",
            "details",
            "previous_hash",
            "hash",
        )

    def get_sentence(self, event: Event) -> str:
        return presenters.line(event).text


class EventFilter(django_filters.FilterSet):
    type = django_filters.CharFilter()
    what = django_filters.CharFilter(method="of_kind", label="the first part of the type: need")
    subject = django_filters.CharFilter(method="concerning", label="a reference: need:12")
    actor = django_filters.CharFilter()
    unit = django_filters.NumberFilter(field_name="unit_id")
    since = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Event
        fields = ("type", "what", "subject", "actor", "unit", "since", "until")

    def of_kind(self, events: EventQuerySet, name: str, value: str) -> EventQuerySet:
        return events.filter(type__startswith=f"{value}.")

    def concerning(self, events: EventQuerySet, name: str, value: str) -> EventQuerySet:
        return events.filter(subjects__contains=[value])


class EventPages(ApiCursorPagination):
    ordering = "-number"


class EventList(ListAPIView[Event]):
    """What was done, by whom, to what; newest first."""

    permission_classes = [Holds(AuditPermission.READ)]
    serializer_class = EventSerializer
    filterset_class = EventFilter
    pagination_class = EventPages
    queryset = Event.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Event]:
        user = self.request.user
        assert not isinstance(user, AnonymousUser)
        return Event.objects.visible_to(user).for_log()
