"""Evidence packs for programs."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.request import person
from innovation.web.entrance import Holds
from innovation.web.scopes import Scope
from pilots.evidence_packs import actions as packs
from pilots.evidence_packs import permissions
from pilots.evidence_packs.models import EvidencePack
from pilots.evidence_packs.presenters import EvidencePackOut
from pilots.lifecycle.queries import visible_pilot
from pilots.metrics.room import MetricsPermission


class EvidencePackList(generics.ListAPIView[EvidencePack]):
    """The packs of a pilot, newest first; and freezing what it shows now. Where nothing has changed
    since the last one, that one is the answer (200)."""

    permission_classes = [Holds(MetricsPermission.READ, writes=Scope.PILOTS)]
    serializer_class = EvidencePackOut
    queryset = EvidencePack.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[EvidencePack]:
        pilot = visible_pilot(person(self.request), self.kwargs["pk"])
        return EvidencePack.objects.filter(pilot=pilot).for_list()

    @extend_schema(request=None, responses={200: EvidencePackOut, 201: EvidencePackOut})
    def post(self, request: Request, pk: int) -> Response:
        user, now = person(request), timezone.now()
        pilot = visible_pilot(user, pk)
        permissions.check_can_freeze(user, pilot)
        pack = packs.freeze(pilot, by=user, at=now)
        new = pack.frozen_at == now
        code = status.HTTP_201_CREATED if new else status.HTTP_200_OK
        return Response(EvidencePackOut(pack).data, status=code)


class EvidencePackDetail(generics.RetrieveAPIView[EvidencePack]):
    permission_classes = [Holds(MetricsPermission.READ)]
    serializer_class = EvidencePackOut

    def get_queryset(self) -> QuerySet[EvidencePack]:
        return EvidencePack.objects.visible_to(person(self.request)).for_list()


class EvidencePackFile(APIView):
    permission_classes = [Holds(MetricsPermission.READ)]

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponse:
        """The pack itself, a ZIP."""
        pack = get_object_or_404(EvidencePack.objects.visible_to(person(request)), pk=pk)
        return HttpResponse(bytes(pack.archive), content_type="application/zip")
