"""Needs over the API: the same rules, sentences and scope as the pages."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import Http404
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

from innovation.needs import actions as needs
from innovation.needs import permissions
from innovation.needs.forms.json import MergeIn, NeedChange, NeedIn, ReasonIn, VoiceIn
from innovation.needs.forms.pages import NeedFilter
from innovation.needs.models import CareSetting, Need, NeedQuerySet
from innovation.needs.presenters.json import NeedOut
from innovation.needs.room import NeedsPermission
from innovation.needs.states import NeedStatus
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.entrance import Holds
from innovation.web.scopes import Scope

_FILTERS = [
    OpenApiParameter("q", str, description="Words that occur in it, or a part of its title."),
    OpenApiParameter("status", str, enum=NeedStatus.values),
    OpenApiParameter("unit", OpenApiTypes.INT, description="This unit and all below it."),
    OpenApiParameter("setting", str, enum=CareSetting.values),
    OpenApiParameter("whose", str, enum=["mine", "voice"]),
]


def _visible(request: Request) -> NeedQuerySet:
    user = person(request)
    rows = Need.objects.visible_to(user).with_own_voice(user)
    return rows.select_related("unit", "submitted_by").defer("search")


def _need(request: Request, pk: int) -> Need:
    return get_object_or_404(_visible(request), pk=pk)


def _answer(request: Request, need: Need, code: int = status.HTTP_200_OK) -> Response:
    fresh = _visible(request).get(pk=need.pk)
    return Response(NeedOut(fresh, context={"request": request}).data, status=code)


class NeedList(generics.ListAPIView[Need]):
    """Needs that this person may read, newest first; and recording one."""

    permission_classes = [Holds(NeedsPermission.READ)]
    serializer_class = NeedOut
    queryset = Need.objects.none()  # what stands here in the schema; reading is `get_queryset`
    filter_backends: list[type[BaseFilterBackend]] = []

    def get_permissions(self) -> list[BasePermission]:
        permission = (
            NeedsPermission.SUBMIT if self.request.method == "POST" else NeedsPermission.READ
        )
        return [Holds(permission, writes=Scope.NEEDS)()]

    def get_queryset(self) -> QuerySet[Need]:
        narrowed = NeedFilter(self.request.query_params, user=person(self.request))
        if not narrowed.is_valid():
            wrong = {name: list(map(str, said)) for name, said in narrowed.errors.items()}
            raise serializers.ValidationError(wrong)
        return narrowed.narrow(_visible(self.request))

    @extend_schema(parameters=_FILTERS)
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(request=NeedIn, responses={201: NeedOut})
    def post(self, request: Request) -> Response:
        given = NeedIn(data=request.data, context={"request": request})
        given.is_valid(raise_exception=True)
        user = person(request)
        need = needs.submit(by=user, at=timezone.now(), warned=given.warned, **given.validated_data)
        return _answer(request, need, status.HTTP_201_CREATED)


class NeedDetail(APIView):
    """One need; its author changes the words while nobody has taken it up."""

    def get_permissions(self) -> list[BasePermission]:
        writing = self.request.method == "PATCH"
        permission = NeedsPermission.SUBMIT if writing else NeedsPermission.READ
        return [Holds(permission, writes=Scope.NEEDS)()]

    @extend_schema(responses=NeedOut)
    def get(self, request: Request, pk: int) -> Response:
        return Response(NeedOut(_need(request, pk), context={"request": request}).data)

    @extend_schema(request=NeedChange, responses=NeedOut)
    def patch(self, request: Request, pk: int) -> Response:
        need = _need(request, pk)
        permissions.check_can_edit(person(request), need)
        words = body(NeedChange, request, partial=True)
        user = person(request)
        unit = words.pop("unit", need.unit)
        needs.edit(need, by=user, at=timezone.now(), unit=unit, **words)
        return _answer(request, need)


class VoiceOfNeed(APIView):
    """ "This affects me too", and taking it back."""

    permission_classes = [Holds(NeedsPermission.SUBMIT, writes=Scope.NEEDS)]

    @extend_schema(request=VoiceIn, responses=NeedOut)
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        need = _need(request, pk)
        permissions.check_can_add_voice(user, need)
        note = body(VoiceIn, request)["note"]
        needs.add_voice(need, by=user, at=timezone.now(), note=note)
        return _answer(request, need)

    @extend_schema(request=None, responses={200: NeedOut})
    def delete(self, request: Request, pk: int) -> Response:
        user = person(request)
        need = needs.withdraw_voice(_need(request, pk), by=user, at=timezone.now())
        return _answer(request, need)


@extend_schema(request=MergeIn, responses=NeedOut)
@api_view(["POST"])
@permission_classes([Holds(NeedsPermission.TRIAGE, writes=Scope.NEEDS)])
def merge(request: Request, pk: int) -> Response:
    """Merge a need into another that says the same; the voices count there."""
    need = _need(request, pk)
    permissions.check_can_triage(person(request), need)
    given = body(MergeIn, request)
    try:
        into = _need(request, given["into"])
    except Http404 as missing:
        raise serializers.ValidationError({"into": [str(missing)]}) from missing
    user = person(request)
    needs.merge(need, into=into, by=user, at=timezone.now(), reason=given["reason"])
    return _answer(request, need)


def _verb(
    act: Callable[..., Need],
    *,
    permission: str = NeedsPermission.TRIAGE,
    check: Callable[..., None] = permissions.check_can_triage,
    says: bool = True,
) -> Callable[..., Response]:
    def view(request: Request, pk: int) -> Response:
        need = _need(request, pk)
        check(person(request), need)
        words = {"reason": body(ReasonIn, request)["reason"]} if says else {}
        act(need, by=person(request), at=timezone.now(), **words)
        return _answer(request, need)

    view.__name__ = f"{act.__name__}_need"
    view.__doc__ = act.__doc__ or f"{act.__name__.capitalize()} a need, with a reason."
    door = Holds(permission, writes=Scope.NEEDS)
    guarded = api_view(["POST"])(permission_classes([door])(view))
    schema = extend_schema(request=ReasonIn if says else None, responses=NeedOut)
    described: Callable[..., Response] = schema(guarded)
    return described


VERBS = {
    "take-up": _verb(needs.take_up, says=False),
    "accept": _verb(needs.accept),
    "ask": _verb(needs.ask),
    "answer": _verb(
        needs.answer, permission=NeedsPermission.READ, check=permissions.check_can_answer
    ),
    "decline": _verb(needs.decline),
    "reopen": _verb(needs.reopen),
}
