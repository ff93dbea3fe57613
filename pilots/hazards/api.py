"""The hazard log for programs: reading it, and recording a hazard that another system found."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.request import person
from innovation.web.entrance import Holds
from innovation.web.free_text import NamesNoPatientSerializer
from innovation.web.scopes import Scope
from pilots.hazards import actions, permissions
from pilots.hazards.matrix import Likelihood, Severity
from pilots.hazards.models import Hazard
from pilots.hazards.presenters import HazardOut
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


class HazardIn(NamesNoPatientSerializer):
    title = serializers.CharField(max_length=160)
    cause = serializers.CharField(max_length=1000)
    effect = serializers.CharField(max_length=1000)
    controls = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    severity = serializers.ChoiceField(Severity.choices)
    likelihood = serializers.ChoiceField(Likelihood.choices)


class HazardList(generics.ListAPIView[Hazard]):
    """The hazards of a pilot, the oldest first; and recording one."""

    permission_classes = [Holds(PilotsPermission.READ, writes=Scope.PILOTS)]
    serializer_class = HazardOut
    queryset = Hazard.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Hazard]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return Hazard.objects.filter(pilot=pilot)

    @extend_schema(request=HazardIn, responses={201: HazardOut})
    def post(self, request: Request, pk: int) -> Response:
        user = person(request)
        pilot = visible_pilot(user, pk)
        permissions.check_can_write(user, pilot)
        sent = HazardIn(data=request.data, context={"request": request})
        sent.is_valid(raise_exception=True)
        made = actions.record(pilot, by=user, at=timezone.now(), **sent.validated_data)
        return Response(HazardOut(made).data, status=status.HTTP_201_CREATED)
