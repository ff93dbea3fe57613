"""What waits for reviewers, teams and owners of conditions; and the reviews on the pilot's page."""

from __future__ import annotations

from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.people.models import User
from innovation.rules import dates
from innovation.web.panels import EarnedSkill, Panel, WaitingItem
from pilots.assurance import permissions, queries
from pilots.assurance.areas import REVIEWERS
from pilots.assurance.models import Assessment, AssessmentCondition, ConditionReport
from pilots.assurance.presenters import ReviewsPage
from pilots.assurance.queries import AssessmentState, Turn
from pilots.assurance.wording import said_of
from pilots.lifecycle.earned import earned
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.permissions import awaits_outcome
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import ENDED

_SHOWN = 20


def waiting(user: User) -> list[WaitingItem]:
    """Reviews that the person could do now, what was sent back to their team, and their conditions."""
    items: list[WaitingItem] = []
    if any(user.may(each) for each in REVIEWERS) or user.may(PilotsPermission.LEAD):
        found = Assessment.objects.visible_to(user)
        for state in queries.open_states(found, today=dates.today()):
            item = _item(user, state)
            if item is not None:
                items.append(item)
    return [*items, *_opinions(user), *_reports(user), *_conditions(user)][:_SHOWN]


def _opinions(user: User) -> list[WaitingItem]:
    return [
        WaitingItem(
            title=_("%(area)s: %(pilot)s")
            % {
                "area": one.assessment.get_area_display(),
                "pilot": one.assessment.pilot.title,
            },
            sentence=_("%(who)s asks for your opinion: %(question)s")
            % {"who": one.asked_by.name, "question": one.question},
            url=reverse("pilots:second-opinion", args=[one.pk]),
            since=one.asked_at,
            kind=_("Second opinion"),
            action_label=_("Say what you see"),
        )
        for one in queries.opinions_asked_of(user)[:_SHOWN]
    ]


def _reports(user: User) -> list[WaitingItem]:
    if not any(user.may(each) for each in REVIEWERS):
        return []
    return [
        WaitingItem(
            title=one.condition.text,
            sentence=_("%(who)s says that it is done: %(note)s")
            % {"who": one.by.name, "note": one.note},
            url=reverse("pilots:assessment-condition-met", args=[one.condition_id]),
            since=one.at,
            kind=_("Condition done"),
            action_label=_("Look at it"),
        )
        for one in queries.conditions_said_to_be_done(user)[:_SHOWN]
    ]


def _item(user: User, state: AssessmentState) -> WaitingItem | None:
    assessment = state.assessment
    title = _("%(area)s: %(pilot)s") % {
        "area": assessment.get_area_display(),
        "pilot": assessment.pilot.title,
    }
    if state.turn is Turn.REVIEWER and permissions.can_judge(user, assessment):
        everything = state.accepted == len(state.questions)
        return WaitingItem(
            title=title,
            sentence=_("Every answer is accepted. Say what you conclude.")
            if everything
            else said_of(state),
            url=assessment.get_absolute_url(),
            since=state.since,
            kind=_("Review"),
            action_label=_("Conclude") if everything else _("Review it"),
        )
    sent_back = any(one.with_team and one.answer is not None for one in state.questions)
    if state.turn is Turn.TEAM and sent_back and assessment.pilot.lead_id == user.pk:
        return WaitingItem(
            title=title,
            sentence=said_of(state),
            url=reverse("pilots:assurance", args=[assessment.pilot_id]),
            since=state.since,
            kind=_("Asked back"),
            action_label=_("Answer it"),
        )
    return None


def _conditions(user: User) -> list[WaitingItem]:
    found = (
        AssessmentCondition.objects.filter(owner=user, met_at=None)
        .exclude(pk__in=ConditionReport.objects.filter(answered_at=None).values("condition"))
        .exclude(assessment__pilot__status__in=ENDED)
        .select_related("assessment__pilot")[:_SHOWN]
    )
    return [
        WaitingItem(
            title=one.text,
            sentence=_("A condition of the review “%(area)s” of %(pilot)s, %(when)s.")
            % {
                "area": one.assessment.get_area_display(),
                "pilot": one.assessment.pilot.title,
                "when": _("due on %s") % dates.day_in_words(one.due_on)
                if one.due_on
                else _("due before it starts"),
            },
            url=reverse("pilots:assessment-condition-report", args=[one.pk]),
            since=one.set_at,
            kind=_("Condition"),
            action_label=_("Say that it is done"),
        )
        for one in found
    ]


def of_pilot(user: User, pilot: Pilot) -> Panel | None:
    """Where its reviews stand; of a pilot that has ended, only where there were any."""
    if not pilot.pathway:
        return None
    queries.with_reads(pilot)
    page = ReviewsPage(queries.reviews_of(pilot, today=dates.today()))
    begun = page.reviews.states or any(made for _pack, made in page.short_forms)
    if not page.is_asked or ((pilot.status in ENDED or awaits_outcome(pilot)) and not begun):
        return None
    return Panel(
        title="",
        template="pilots/assurance/_reviews.html",
        context={
            "page": page,
            "pilot": pilot,
            "product": queries.product_of(pilot),
            "may_give": permissions.can_give(user, pilot),
        },
        bare=True,
    )


def skills_earned(user: User, people: Collection[int]) -> list[EarnedSkill]:
    """Who reviewed a pilot."""
    return earned(
        Assessment.objects.visible_to(user),
        people,
        skill="reviewing",
        who="reviewed_by",
        at="reviewed_at",
        said=lambda n: ngettext("Reviewed it", "Reviewed it in %(n)s areas", n) % {"n": n},
    )
