"""Ideas over the API: the same rules, sentences and scope as the pages."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.filters import BaseFilterBackend
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.ideas import actions as ideas
from innovation.ideas import permissions
from innovation.ideas.forms import IdeaFilter, IdeaIn, TakeBackIn
from innovation.ideas.models import Idea, IdeaQuerySet
from innovation.ideas.presenters import IdeaOut
from innovation.ideas.room import IdeasPermission
from innovation.ideas.states import IdeaStatus
from innovation.needs.forms.json import ReasonIn
from innovation.needs.models import Need
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.scopes import Scope

_FILTERS = [
    OpenApiParameter("q", str),
    OpenApiParameter("status", str, enum=IdeaStatus.values),
    OpenApiParameter("unit", OpenApiTypes.INT, description="This unit and all below it."),
    OpenApiParameter("whose", str, enum=["mine"]),
]


def _visible(request: Request) -> IdeaQuerySet:
    readable = Need.objects.visible_to(person(request)).only("id", "title", "status")
    rows = Idea.objects.visible_to(person(request)).for_list()
    return rows.prefetch_related(Prefetch("needs", readable, to_attr="visible_needs"))


def _idea(request: Request, pk: int) -> Idea:
    return get_object_or_404(_visible(request), pk=pk)


def _answer(request: Request, idea: Idea, code: int = status.HTTP_200_OK) -> Response:
    return Response(IdeaOut(_visible(request).get(pk=idea.pk)).data, status=code)


class IdeaList(generics.ListAPIView[Idea]):
    """Ideas that this person may read, newest first; and proposing one."""

    serializer_class = IdeaOut
    queryset = Idea.objects.none()  # what stands here in the schema; reading is `get_queryset`
    filter_backends: list[type[BaseFilterBackend]] = []

    def get_permissions(self) -> list[BasePermission]:
        proposing = self.request.method == "POST"
        permission = IdeasPermission.PROPOSE if proposing else IdeasPermission.READ
        return [Holds(permission, writes=Scope.NEEDS)()]

    def get_queryset(self) -> QuerySet[Idea]:
        narrowed = IdeaFilter(self.request.query_params, user=person(self.request))
        if not narrowed.is_valid():
            wrong = {name: list(map(str, said)) for name, said in narrowed.errors.items()}
            raise serializers.ValidationError(wrong)
        return narrowed.narrow(_visible(self.request))

    @extend_schema(parameters=_FILTERS)
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(request=IdeaIn, responses={201: IdeaOut})
    def post(self, request: Request) -> Response:
        user = person(request)
        idea = ideas.propose(by=user, at=timezone.now(), **body(IdeaIn, request))
        return _answer(request, idea, status.HTTP_201_CREATED)


class IdeaDetail(APIView):
    """One idea."""

    permission_classes = [Holds(IdeasPermission.READ)]

    @extend_schema(responses=IdeaOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(IdeaOut(_idea(request, pk)).data)


@extend_schema(request=ReasonIn, responses=IdeaOut)
@api_view(["POST"])
@permission_classes([Holds(IdeasPermission.SORT, writes=Scope.NEEDS)])
def set_aside(request: Request, pk: int) -> Response:
    """Set an idea aside, with a reason that its author reads."""
    user = person(request)
    idea = _idea(request, pk)
    permissions.check_can_sort(user, idea)
    ideas.set_aside(idea, by=user, at=timezone.now(), **body(ReasonIn, request))
    return _answer(request, idea)


@extend_schema(request=TakeBackIn, responses=IdeaOut)
@api_view(["POST"])
@permission_classes([Holds(IdeasPermission.SORT, writes=Scope.NEEDS)])
def take_back(request: Request, pk: int) -> Response:
    """Take an idea that was set aside up again."""
    user = person(request)
    idea = _idea(request, pk)
    permissions.check_can_sort(user, idea)
    ideas.take_back(idea, by=user, at=timezone.now(), **body(TakeBackIn, request))
    return _answer(request, idea)
