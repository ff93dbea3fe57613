"""Objectives with their key results as measured."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from innovation.audit import presenters as audit
from innovation.people.request import PersonRequest
from innovation.rules import dates
from innovation.web.entrance import require
from okrs.goals.models import Cycle, Objective
from okrs.goals.permissions import can_manage_goals, can_open_cycle
from okrs.goals.room import GoalsPermission
from okrs.progress import presenters, queries


@require(GoalsPermission.READ)
def objective_list(request: PersonRequest) -> HttpResponse:
    now = timezone.now()
    cycles = list(Cycle.objects.visible_to(request.user).select_related("unit"))
    wanted = request.GET.get("cycle", "")
    cycle = next((c for c in cycles if str(c.pk) == wanted), None) or (
        Cycle.objects.current_for(request.user, dates.today())
    )
    return render(
        request,
        "okrs/progress/objective_list.html",
        {
            "cycles": cycles,
            "cycle": cycle,
            "objectives": [
                presenters.card(found)
                for found in queries.objective_standings(request.user, cycle, at=now)
            ],
            "may_manage": bool(can_manage_goals(request.user)),
            "may_open_cycle": bool(can_open_cycle(request.user)),
        },
    )


@require(GoalsPermission.READ)
def objective_detail(request: PersonRequest, pk: int) -> HttpResponse:
    objective = get_object_or_404(
        Objective.objects.visible_to(request.user).select_related(
            "unit", "cycle", "sponsor", "parent"
        ),
        pk=pk,
    )
    found = queries.objective_standings(
        request.user, objective.cycle, at=timezone.now(), only=objective
    )[0]
    return render(
        request,
        "okrs/progress/objective_detail.html",
        {
            "objective": objective,
            "rows": [presenters.row(standing) for standing in found.standings],
            "awarded": found.awarded,
            "children": Objective.objects.visible_to(request.user)
            .filter(parent=objective)
            .select_related("unit"),
            "may_manage": bool(can_manage_goals(request.user, objective.unit)),
            "history": audit.history(objective, seen_by=request.user),
        },
    )
