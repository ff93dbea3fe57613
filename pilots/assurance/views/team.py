"""What a team sees and gives: the reviews of its pilot, evidence, the short form."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_list_or_404, get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.rules.refusal import Conflict
from innovation.web.entrance import require
from innovation.web.form_step import form_page, refusal_shown_on
from pilots.assurance import actions, permissions, queries
from pilots.assurance.forms import AttestForm, EvidenceForm
from pilots.assurance.models import AssessmentCondition
from pilots.assurance.packs import packs
from pilots.assurance.presenters import ReviewsPage
from pilots.assurance.room import AssurancePermission
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.queries import visible_pilot
from pilots.lifecycle.room import PilotsPermission


@require(PilotsPermission.READ)
@require_safe
def reviews(request: PersonRequest, pk: int) -> HttpResponse:
    """What is asked before the pilot starts, what was given, and whose turn it is."""
    user = request.user
    pilot = queries.with_reads(visible_pilot(user, pk))
    page = _page(pilot)
    context = {
        "pilot": pilot,
        "page": page,
        "product": queries.product_of(pilot),
        "conflicts": pilot.declared_conflicts.select_related("person"),
        "may_read": permissions.can_read_evidence(user, pilot),
        "may_give": permissions.can_give(user, pilot),
        "may_attest": permissions.can_attest(user, pilot),
        "may_declare": permissions.can_declare(user, pilot),
        "may_report": {
            one.pk
            for _state, one in page.conditions
            if permissions.can_report(user, _of(pilot, one))
        },
    }
    return render(request, "pilots/assurance/reviews.html", context)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def give_evidence(request: PersonRequest, pk: int, topic: str) -> HttpResponse:
    user = request.user
    pilot = queries.with_reads(visible_pilot(user, pk))
    permissions.check_can_give(user, pilot)
    row = next((one for one in _page(pilot).topics if one.key == topic), None)
    if row is None:
        raise Http404
    product = queries.product_of(pilot)
    form = EvidenceForm(
        request.POST or None,
        files=request.FILES or None,
        topic=topic,
        people=_team(pilot),
        product=product,
        initial={"owner": user.pk},
    )
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            actions.give(pilot, form.given, by=user, at=timezone.now())
            messages.success(request, _("Given. It answers every question of this topic."))
            for note in form.file_notes:
                messages.info(request, note)
            return redirect("pilots:assurance", pk=pilot.pk)
    context = {"pilot": pilot, "row": row, "form": form, "product": product}
    return form_page(request, "pilots/assurance/evidence.html", context, form=form)


@require(PilotsPermission.READ)
@require_http_methods(["GET", "POST"])
def attest(request: PersonRequest, pk: int) -> HttpResponse:
    """The short form of the fast lane."""
    user = request.user
    pilot = queries.with_reads(visible_pilot(user, pk))
    permissions.check_can_attest(user, pilot)
    short = queries.reviews_of(pilot, today=dates.today()).short
    if not short:
        raise Http404
    pack = short[0]
    form = AttestForm(request.POST or None, pack=pack)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            made = actions.attest(pilot, pack.key, holds=form.holds, by=user, at=timezone.now())
            messages.success(
                request,
                _("Kept. Every line holds; no review is asked for.")
                if made.all_hold
                else _("Kept. What does not hold is looked at by reviewers."),
            )
            return redirect("pilots:assurance", pk=pilot.pk)
    brings = [packs().newest[key].title for key in pack.on_no]
    context = {"pilot": pilot, "pack": pack, "form": form, "brings": brings}
    return form_page(request, "pilots/assurance/attest.html", context, form=form)


@require(PilotsPermission.READ)
@require_safe
def evidence_file(request: PersonRequest, pk: int) -> HttpResponse:
    """A file as it was given, to be kept and not opened by the browser."""
    visible = Pilot.objects.visible_to(request.user)
    item = get_object_or_404(queries.files_seen_from(visible), pk=pk)
    pilots = visible.filter(Q(pk=item.pilot_id) | Q(assessments__answers__item=item)).distinct()
    of_card = item.pilot_id is None and request.user.may(AssurancePermission.READ)
    if not of_card and not any(
        permissions.can_read_evidence(request.user, pilot) for pilot in pilots
    ):
        permissions.check_can_read_evidence(request.user, get_list_or_404(pilots)[0])
    if not item.content:
        raise Conflict(_("This file named a patient and was taken out. Ask for another one."))
    answer = HttpResponse(bytes(item.content), content_type=item.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, item.file_name) or ""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox"
    return answer


def _page(pilot: Pilot) -> ReviewsPage:
    return ReviewsPage(queries.reviews_of(pilot, today=dates.today()))


def _team(pilot: Pilot) -> list[int]:
    return [pilot.lead_id, *(member.person_id for member in pilot.team.all())]


def _of(pilot: Pilot, condition: AssessmentCondition) -> AssessmentCondition:
    """With the pilot as it was read for the page."""
    condition.assessment.pilot = pilot
    return condition
