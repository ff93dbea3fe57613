"""Training for programs: sessions of a group, planning one, who must be there and who was."""

from __future__ import annotations

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.models import User
from innovation.people.request import person
from innovation.web.api_step import body
from innovation.web.free_text import NamesNoPatientSerializer
from pilots.adoption import actions, permissions, queries
from pilots.adoption.actions.training import MOST_PASTED
from pilots.adoption.api.groups import PLANS, group_of_team
from pilots.adoption.models import AffectedGroup, TrainingSession
from pilots.adoption.models.training import MOST_MINUTES, MOST_MONTHS
from pilots.adoption.presenters import PastedRowOut, TrainingOut


class TrainingIn(NamesNoPatientSerializer):
    title = serializers.CharField(max_length=120)
    material_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    material = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    minutes = serializers.IntegerField(min_value=1, max_value=MOST_MINUTES)
    held_on = serializers.DateField()
    held_at = serializers.TimeField(required=False, allow_null=True)
    place = serializers.CharField(max_length=120)
    trainer = serializers.PrimaryKeyRelatedField(queryset=User.objects.none())
    valid_months = serializers.IntegerField(
        min_value=1, max_value=MOST_MONTHS, required=False, allow_null=True
    )

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        group = self.context.get("group")
        if group is not None:
            trainers = queries.may_train(group.pilot)
            self.fields["trainer"].queryset = trainers  # type: ignore[attr-defined]


class TrainingCancelIn(NamesNoPatientSerializer):
    reason = serializers.CharField(max_length=600)


class AddressesIn(serializers.Serializer[dict[str, list[str]]]):
    addresses = serializers.ListField(
        child=serializers.EmailField(), min_length=1, max_length=MOST_PASTED
    )


class TrainingList(generics.ListAPIView[TrainingSession]):
    """The sessions of a group; and planning one."""

    permission_classes = [PLANS]
    serializer_class = TrainingOut
    queryset = TrainingSession.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[TrainingSession]:
        user = person(self.request)
        group = get_object_or_404(AffectedGroup.objects.visible_to(user), pk=self.kwargs["pk"])
        return TrainingSession.objects.filter(group=group).for_list()

    @extend_schema(request=TrainingIn, responses={201: TrainingOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        group = group_of_team(user, pk)
        given = TrainingIn(data=request.data, context={"request": request, "group": group})
        given.is_valid(raise_exception=True)
        made = actions.plan_training(group, by=user, at=timezone.now(), **given.validated_data)
        return Response(TrainingOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=TrainingCancelIn, responses=TrainingOut)
@api_view(["POST"])
@permission_classes([PLANS])
def cancel(request: Request, pk: int) -> Response:
    """It is not held."""
    user, session = person(request), _session(request, pk)
    permissions.check_can_plan_change(user, session.group.pilot)
    given = body(TrainingCancelIn, request)
    actions.cancel_training(session, by=user, at=timezone.now(), **given)
    return Response(TrainingOut(session).data)


@extend_schema(request=AddressesIn, responses=PastedRowOut(many=True))
@api_view(["POST"])
@permission_classes([PLANS])
def people(request: Request, pk: int) -> Response:
    """Who of a group must be trained, by their addresses; each is told what became of it."""
    user = person(request)
    group = get_object_or_404(AffectedGroup.objects.visible_to(user).for_list(), pk=pk)
    permissions.check_can_keep_names(user, group)
    rows = actions.add_people(group, by=user, at=timezone.now(), **body(AddressesIn, request))
    return Response([PastedRowOut(one).data for one in rows])


@extend_schema(request=AddressesIn, responses=PastedRowOut(many=True))
@api_view(["POST"])
@permission_classes([PLANS])
def attended(request: Request, pk: int) -> Response:
    """Who was there, by their addresses; each is told what became of it."""
    user, session = person(request), _session(request, pk)
    permissions.check_can_mark_attended(user, session)
    rows = actions.mark_attended(session, by=user, at=timezone.now(), **body(AddressesIn, request))
    return Response([PastedRowOut(one).data for one in rows])


def _session(request: Request, pk: int) -> TrainingSession:
    visible = TrainingSession.objects.visible_to(person(request)).for_list()
    return get_object_or_404(visible, pk=pk)
