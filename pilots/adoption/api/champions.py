"""Champions for programs: who is one, asking somebody, one's own answer."""

from __future__ import annotations

from decimal import Decimal

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
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.adoption import actions, permissions, queries
from pilots.adoption.api.groups import PLANS, group_of_team
from pilots.adoption.models import AffectedGroup, Champion
from pilots.adoption.presenters import ChampionOut

ANSWERS = Holds(writes=Scope.PILOTS)


class ChampionIn(NamesNoPatientSerializer):
    person = serializers.PrimaryKeyRelatedField(queryset=User.objects.none())
    hours = serializers.DecimalField(max_digits=4, decimal_places=1, min_value=Decimal("0.5"))
    why = serializers.CharField(max_length=600)

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        group = self.context.get("group")
        if group is not None:
            self.fields["person"].queryset = queries.may_be_champion(  # type: ignore[attr-defined]
                person(self.context["request"]), group.pilot
            )


class ChampionAnswerIn(NamesNoPatientSerializer):
    answer = serializers.ChoiceField((("yes", "Yes"), ("no", "No")))
    words = serializers.CharField(max_length=600, required=False, allow_blank=True, default="")


class StepDownIn(NamesNoPatientSerializer):
    reason = serializers.CharField(
        max_length=600,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed where the team ends it.",
    )


class ChampionList(generics.ListAPIView[Champion]):
    """Who helps a group, and, for its team, who is asked; and asking somebody."""

    permission_classes = [PLANS]
    serializer_class = ChampionOut
    queryset = Champion.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Champion]:
        user = person(self.request)
        group = get_object_or_404(AffectedGroup.objects.visible_to(user), pk=self.kwargs["pk"])
        return Champion.objects.visible_to(user).filter(group=group, ended_at=None).for_list()

    @extend_schema(request=ChampionIn, responses={201: ChampionOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        group = group_of_team(user, pk)
        given = ChampionIn(data=request.data, context={"request": request, "group": group})
        given.is_valid(raise_exception=True)
        made = actions.ask_champion(group, by=user, at=timezone.now(), **given.validated_data)
        return Response(ChampionOut(made).data, status=status.HTTP_201_CREATED)


@extend_schema(request=ChampionAnswerIn, responses=ChampionOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def answer(request: Request, pk: int) -> Response:
    """One's own yes or no."""
    user, asked = person(request), _champion(request, pk)
    permissions.check_can_answer_as_champion(user, asked)
    given = body(ChampionAnswerIn, request)
    if given["answer"] == "yes":
        actions.agree_as_champion(asked, by=user, at=timezone.now())
    else:
        actions.decline_as_champion(asked, words=given["words"], by=user, at=timezone.now())
    return Response(ChampionOut(asked).data)


@extend_schema(request=StepDownIn, responses=ChampionOut)
@api_view(["POST"])
@permission_classes([ANSWERS])
def step_down(request: Request, pk: int) -> Response:
    """One's own way out; or the team's, with a reason."""
    user, champion = person(request), _champion(request, pk)
    if user.pk != champion.person_id:
        permissions.check_can_plan_change(user, champion.group.pilot)
    reason = body(StepDownIn, request)["reason"]
    actions.step_down(champion, reason=reason, by=user, at=timezone.now())
    return Response(ChampionOut(champion).data)


def _champion(request: Request, pk: int) -> Champion:
    visible = Champion.objects.visible_to(person(request)).for_list()
    return get_object_or_404(visible, pk=pk)
