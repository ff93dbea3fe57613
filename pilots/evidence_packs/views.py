"""Freezing a pack, its page, and its file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from innovation.people.request import PersonRequest
from innovation.rules.dates import moment_in_words
from innovation.web.entrance import require
from pilots.evidence_packs import actions as packs
from pilots.evidence_packs import permissions
from pilots.evidence_packs.models import EvidencePack
from pilots.lifecycle.queries import visible_pilot
from pilots.metrics.room import MetricsPermission


@require(MetricsPermission.READ)
@require_POST
def freeze(request: PersonRequest, pk: int) -> HttpResponse:
    pilot = visible_pilot(request.user, pk)
    permissions.check_can_freeze(request.user, pilot)
    now = timezone.now()
    pack = packs.freeze(pilot, by=request.user, at=now)
    if pack.frozen_at == now:
        messages.success(request, _("Frozen. Whoever has the file can compute it again."))
    else:
        said = _(
            "Nothing has changed since it was frozen on %(when)s: this pack still says it all."
        )
        messages.info(request, said % {"when": moment_in_words(pack.frozen_at)})
    return redirect(pack)


@require(MetricsPermission.READ)
@require_safe
def detail(request: PersonRequest, pk: int) -> HttpResponse:
    visible = EvidencePack.objects.visible_to(request.user).for_list()
    pack = get_object_or_404(visible.select_related("pilot", "frozen_by"), pk=pk)
    context = {"pack": pack, "files": sorted(pack.files.items())}
    return render(request, "pilots/evidence_packs/pack.html", context)


@require(MetricsPermission.READ)
@require_safe
def download(request: PersonRequest, pk: int) -> HttpResponse:
    pack = get_object_or_404(EvidencePack.objects.visible_to(request.user), pk=pk)
    return HttpResponse(
        bytes(pack.archive),
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{pack.filename}"'},
    )
