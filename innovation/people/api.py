"""People and units for programs."""

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.models import Unit, User
from innovation.people.presenters import MeSerializer, PersonSerializer, UnitSerializer
from innovation.people.request import person
from innovation.web.api_filters import ApiFilter
from innovation.web.entrance import AnyRole


@extend_schema(responses=MeSerializer)
@api_view(["GET"])
@permission_classes([AnyRole])
def me(request: Request) -> Response:
    """Who this token belongs to, and which roles that person holds."""
    user = person(request)
    user.current_grants = user.grants.current().order_by("granted_at", "pk")  # type: ignore[attr-defined]
    return Response(MeSerializer(user).data)


class PersonFilter(ApiFilter):
    name = django_filters.CharFilter(lookup_expr="icontains")

    class Meta:
        model = User
        fields = ("unit", "name")


class PersonList(ListAPIView[User]):
    """Colleagues with an open account in the units that your roles reach: no e-mail, no roles."""

    serializer_class = PersonSerializer
    filterset_class = PersonFilter
    queryset = User.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[User]:
        user = person(self.request)
        return User.objects.visible_to(user, None).active()


class PersonDetail(RetrieveAPIView[User]):
    serializer_class = PersonSerializer

    def get_queryset(self) -> QuerySet[User]:
        user = person(self.request)
        return User.objects.visible_to(user, None).active()


class UnitFilter(ApiFilter):
    name = django_filters.CharFilter(lookup_expr="icontains")
    closed = django_filters.BooleanFilter(
        field_name="closed_at", lookup_expr="isnull", exclude=True
    )

    class Meta:
        model = Unit
        fields = ("kind", "parent", "code", "name", "closed")


class UnitList(ListAPIView[Unit]):
    """The units that your roles reach."""

    serializer_class = UnitSerializer
    filterset_class = UnitFilter
    queryset = Unit.objects.none()  # for the schema

    def get_queryset(self) -> QuerySet[Unit]:
        user = person(self.request)
        return Unit.objects.visible_to(user)


class UnitDetail(RetrieveAPIView[Unit]):
    serializer_class = UnitSerializer

    def get_queryset(self) -> QuerySet[Unit]:
        user = person(self.request)
        return Unit.objects.visible_to(user)
