"""The log for programs: whole events, so that the chain can be checked from outside."""

from typing import Any

import django_filters
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from innovation.audit import actions as audit
from innovation.audit import presenters
from innovation.audit.models import Event, EventQuerySet
from innovation.audit.room import AuditPermission
from innovation.web.api_filters import ApiFilter
from innovation.web.entrance import Holds
from innovation.web.paging import ApiCursorPagination


class EventSerializer(serializers.ModelSerializer[Event]):
    actor_name = serializers.SerializerMethodField()
    subject_name = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()
    details = serializers.SerializerMethodField(
        help_text="What the event tells besides; names of things that are not open to you are left out."
    )
    whole = serializers.SerializerMethodField(
        help_text="Whether nothing was left out, so that the hash can be worked out."
    )

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
            "whole",
            "previous_hash",
            "hash",
        )

    def get_actor_name(self, event: Event) -> str:
        return self._taken(event).actor_name

    def get_subject_name(self, event: Event) -> str:
        return self._taken(event).subject_name

    def get_sentence(self, event: Event) -> str:
        return self._taken(event).sentence

    @extend_schema_field(serializers.DictField())
    def get_details(self, event: Event) -> dict[str, object]:
        return self._taken(event).details

    def get_whole(self, event: Event) -> bool:
        return self._taken(event).whole

    def _taken(self, event: Event) -> presenters.TakenAway:
        taken: dict[int, presenters.TakenAway] = self.context["taken"]
        return taken[event.number]


class EventFilter(ApiFilter):
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

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        """What the reader is not shown is worked out for the whole page at once."""
        page = super().paginate_queryset(queryset)
        user = self.request.user
        assert not isinstance(user, AnonymousUser)
        told = presenters.taken_away(page or [], reader=user)
        audit.note_log_read(user, at=timezone.now())
        self._taken = {one.event.number: one for one in told}
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "taken": getattr(self, "_taken", {})}

    def get_queryset(self) -> QuerySet[Event]:
        user = self.request.user
        assert not isinstance(user, AnonymousUser)
        return Event.objects.visible_to(user).for_log()
