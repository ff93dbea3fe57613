"""The leadership review: outcomes first, then what waits for a decision."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from innovation.people.request import PersonRequest
from innovation.web.entrance import require
from okrs.goals.models import Cycle
from okrs.goals.permissions import can_manage_goals
from okrs.progress.presenters import card
from okrs.reviews import presenters, queries
from okrs.reviews.room import ReviewsPermission


@require(ReviewsPermission.READ)
def review(request: PersonRequest) -> HttpResponse:
    cycles = list(Cycle.objects.visible_to(request.user).select_related("unit"))
    wanted = request.GET.get("cycle", "")
    cycle = next((c for c in cycles if str(c.pk) == wanted), None)
    found = queries.review(request.user, at=timezone.now(), cycle=cycle)
    may_manage = bool(can_manage_goals(request.user))
    return render(
        request,
        "okrs/reviews/review.html",
        {
            "review": found,
            "kicker": presenters.kicker(found),
            "lede": presenters.lede(found),
            "objectives": [card(objective) for objective in found.objectives],
            "waiting": presenters.waiting(found),
            "hours": presenters.hours(found),
            "blocked": presenters.blocked(found),
            "cycles": [
                (c.label, f"{reverse('okrs:review')}?cycle={c.pk}", c == found.cycle)
                for c in cycles
            ],
            "empty_action": _("Set an objective") if may_manage else "",
            "empty_url": reverse("okrs:objective-create") if may_manage else "",
        },
    )
