"""What waits, and the inbox, for programs."""

import django_filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.notices import actions as notices
from innovation.notices.models import Notice
from innovation.notices.presenters import (
    NoticeSerializer,
    OwnNewsSerializer,
    WaitingItemSerializer,
    own_news,
)
from innovation.people.request import person
from innovation.web import panels
from innovation.web.api_filters import ApiFilter
from innovation.web.entrance import AnyRole, Holds
from innovation.web.scopes import Scope


@extend_schema(responses=WaitingItemSerializer(many=True))
@api_view(["GET"])
@permission_classes([AnyRole])
def waiting(request: Request) -> Response:
    """Everything that waits for you now, longest first."""
    return Response(WaitingItemSerializer(panels.waiting_for(person(request)), many=True).data)


@extend_schema(responses=OwnNewsSerializer)
@api_view(["GET"])
@permission_classes([AnyRole])
def news(request: Request) -> Response:
    """What is sent to you, and how; you choose it on your profile."""
    return Response(OwnNewsSerializer(own_news(person(request))).data)


class NoticeFilter(ApiFilter):
    unread = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notice
        fields = ("unread", "subject")


class NoticeList(ListAPIView[Notice]):
    """What you were told, newest first."""

    serializer_class = NoticeSerializer
    filterset_class = NoticeFilter
    queryset = Notice.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Notice]:
        return Notice.objects.visible_to(person(self.request))


@extend_schema(request=None, responses=NoticeSerializer)
@api_view(["POST"])
@permission_classes([Holds(writes=Scope.NOTICES)])
def notice_read(request: Request, pk: int) -> Response:
    """Mark one notice as read."""
    user = person(request)
    notice = get_object_or_404(Notice.objects.visible_to(user), pk=pk)
    notices.mark_read(Notice.objects.filter(pk=pk), by=user, at=timezone.now())
    notice.refresh_from_db()
    return Response(NoticeSerializer(notice).data)
