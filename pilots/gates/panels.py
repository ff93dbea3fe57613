"""What waits for those who decide, with the cost, what it serves and what is left on the card."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.money import money
from innovation.rules.numbers import number
from innovation.web import panels
from pilots.gates import presenters, promises, queries
from pilots.gates.models import Decision, GateCondition, GateReview
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.earned import earned
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import PilotStatus
from pilots.staffing import queries as staffing

_SHOWN = 20
_LAST_WEEK = timedelta(days=7)
# Where its plan binds: shaped anew it is open again, and once it ended nothing rests on it.
BOUND = (
    PilotStatus.APPROVED,
    PilotStatus.PREPARING,
    PilotStatus.RUNNING,
    PilotStatus.PAUSED,
    PilotStatus.EVALUATING,
)


def waiting(user: User) -> list[panels.WaitingItem]:
    """Reviews that this person could decide now."""
    if not queries.decides_somewhere(user):
        return []
    return [_item(card) for card in queries.cards_for(user, limit=_SHOWN)]


def decision_waits(pilot: Pilot) -> list[str]:
    """What somebody decides on of this pilot, whatever its state: a pause does not take the question back."""
    waiting = GateReview.objects.waiting().filter(pilot=pilot)
    return [one.get_gate_display() for one in waiting]


def nobody_left_waiting(user: User) -> list[panels.WaitingItem]:
    """Reviews that nobody can decide on, for the lead, the office and the administrators."""
    return [
        panels.WaitingItem(
            title=review.pilot.title,
            sentence=_("Nobody is left who could decide on it. Its page says who could be asked."),
            url=review.get_absolute_url(),
            since=review.nobody_left_since,
            kind=_("Nobody decides"),
            action_label=_("See who could"),
        )
        for review in queries.stuck_reviews_of(user)[:_SHOWN]
        if review.nobody_left_since is not None
    ]


def late_answers_waiting(user: User) -> list[panels.WaitingItem]:
    """Answers that are past the day by which they were promised, for the office."""
    if not user.may(PilotsPermission.OPEN):
        return []
    late = promises.late_for_the_office(user, today=dates.today())
    return [
        panels.WaitingItem(
            title=review.pilot.title,
            sentence=_("Its team was promised an answer by %(day)s, and has none.")
            % {"day": dates.weekday_in_words(review.answer_by)},
            url=review.get_absolute_url(),
            since=dates.begins(dates.days_after(review.answer_by)),
            kind=_("Answer, late"),
            action_label=_("See who decides"),
        )
        for review in late.exclude(pk__in=queries.waiting_for(user).values("pk"))[:_SHOWN]
        if review.answer_by is not None
    ]


def answer_of_pilot(_user: User, pilot: Pilot) -> panels.Panel | None:
    """By when its team has an answer, while it waits for one."""
    if pilot.status not in (PilotStatus.PROPOSED, PilotStatus.PREPARING):
        return None
    review = promises.waiting_with_promise(pilot.pk)
    if review is None:
        return None
    return panels.Panel(
        title="", template="pilots/gates/_answer.html", context={"review": review}, bare=True
    )


def answers_promised(user: User, _page: object) -> panels.Panel | None:
    """How often the fast lane kept what it promised, on the page of reviews."""
    counted = promises.answers_promised(GateReview.objects.visible_to(user), today=dates.today())
    if not counted.promised:
        return None
    return panels.Panel(
        title=_("Answers promised"),
        template="pilots/gates/_answers.html",
        context={"counted": counted},
    )


def conditions_waiting(user: User) -> list[panels.WaitingItem]:
    """What one sees to; what one verifies, in its last week; and what one's pilots are late with."""
    return [
        item
        for condition in queries.conditions_for(user)[:_SHOWN]
        for item in [_condition_item(user, condition, dates.today())]
        if item is not None
    ]


def _condition_item(user: User, condition: GateCondition, today: date) -> panels.WaitingItem | None:
    overdue = condition.due_on < today
    pilot, day = condition.review.pilot, dates.day_in_words(condition.due_on)
    if condition.owner_id == user.pk:
        said = _("You see to it by %(day)s: “%(text)s”.")
        label = _("See the condition")
    elif condition.verifier_id == user.pk and (overdue or condition.due_on - today <= _LAST_WEEK):
        said = _("%(owner)s sees to it by %(day)s, you verify it: “%(text)s”.")
        label = _("Verify it")
    elif overdue:
        said = _("%(owner)s was to see to it by %(day)s: “%(text)s”. No gate opens until then.")
        label = _("See the condition")
    else:
        return None
    return panels.WaitingItem(
        title=pilot.title,
        sentence=said % {"owner": condition.owner.name, "day": day, "text": condition.text},
        url=condition.get_absolute_url(),
        since=dates.begins(condition.due_on) if overdue else condition.at,
        kind=_("Condition, overdue") if overdue else _("Condition"),
        action_label=label,
    )


def conditions_of_pilot(_user: User, pilot: Pilot) -> panels.Panel | None:
    """Under which conditions it goes on."""
    found = queries.conditions_of(pilot)
    if not found:
        return None
    return panels.Panel(
        title=_("Conditions of its approvals"),
        template="pilots/gates/_conditions.html",
        context={"conditions": found, "today": dates.today()},
    )


def changes_of_the_protocol(user: User, pilot: Pilot) -> panels.Panel | None:
    """What is not as it was agreed when the pilot was given its resources."""
    if pilot.status not in BOUND:
        return None
    changed = presenters.changed_now(pilot, seen_by=user)
    if changed is None:
        return None
    return panels.Panel(
        title="",
        template="pilots/gates/_changed.html",
        context={"changed": changed},
        bare=True,
    )


def rule_of_the_outcome(_user: User, pilot: Pilot) -> panels.Panel | None:
    """What the agreed rule says of a pilot that runs, and which decisions on its outcome are marked."""
    said = queries.recommendation_of(pilot, at=timezone.now())
    # Nobody has decided on an outcome of what never went live.
    marked = [] if pilot.went_live_on is None else queries.marked(pilot)
    if said is None and not marked:
        return None
    return panels.Panel(
        title="",
        template="pilots/gates/_rule.html",
        context={"recommended": said, "marked": marked},
        bare=True,
    )


def promised(_user: User, pilot: Pilot) -> panels.Panel:
    """What was promised before the first number: the hypothesis, the rule, and since when both are
    locked."""
    approved = GateReview.objects.last_approval(pilot)
    rule = queries.rule_of(pilot, approved)
    return panels.Panel(
        title=_("What was promised"),
        template="pilots/gates/_promised.html",
        context={
            "pilot": pilot,
            "rule": presenters.rule_said(rule),
            "approved": approved,
            "protocol": "" if approved is None else presenters.protocol_of(approved),
        },
    )


def decisions(_user: User, pilot: Pilot) -> panels.Panel | None:
    """What was decided on it, each with what was known then."""
    reviews = list(
        GateReview.objects.filter(pilot=pilot)
        .exclude(decision="")
        .exclude(decision=Decision.WITHDRAW)
        .select_related("decided_by", "decided_for")[:_SHOWN]
    )
    if not reviews:
        return None
    return panels.Panel(
        title=_("What was decided"),
        template="pilots/gates/_decisions.html",
        context={"reviews": reviews},
    )


def _item(card: queries.ReviewCard) -> panels.WaitingItem:
    review, pilot = card.review, card.review.pilot
    needs = " ".join(presenters.need_sentence(need) for need in card.needs[:1])
    if review.gate == Gate.RESOURCES:
        title = _("%(pilot)s, %(amount)s and %(full_time)s full time") % {
            "pilot": pilot.title,
            "amount": money(card.cost.amount) if card.cost else money(0),
            "full_time": number(staffing.full_time_at_most(card.allocations)),
        }
        left = (
            _("%(fund)s has %(left)s left.")
            % {"fund": card.cost.request.fund, "left": money(card.cost.before)}
            if card.cost
            else ""
        )
        sentence = f"{left} {needs}".strip()
        kind, label = _("Resources"), _("Approve or return")
    elif review.gate == Gate.GO_LIVE:
        title = _("%(pilot)s asks to go live") % {"pilot": pilot.title}
        sentence = review.case.strip() or needs
        kind, label = _("Go-live"), _("Approve or return")
    elif review.gate == Gate.SUSTAINED:
        title = _("%(pilot)s: does it hold?") % {"pilot": pilot.title}
        sentence = review.case.strip() or needs
        kind, label = _("Sustained"), pgettext("verb", "Decide")
    else:
        title = _("%(pilot)s, outcome gate") % {"pilot": pilot.title}
        sentence = review.case.strip() or needs
        kind, label = _("Outcome"), pgettext("verb", "Decide")
    if review.answer_by is not None:
        sentence = f"{presenters.promise_said(review)} {sentence}".strip()
    return panels.WaitingItem(
        title=title,
        sentence=sentence,
        url=review.get_absolute_url(),
        since=review.opened_at,
        kind=kind,
        action_label=label,
    )


def skills_earned(user: User, people: Collection[int]) -> list[panels.EarnedSkill]:
    """Who saw that a condition of a decision was met."""
    return earned(
        GateCondition.objects.visible_to(user),
        people,
        skill="reviewing",
        who="verified_by",
        at="verified_at",
        pilot="review__pilot",
        said=lambda n: (
            ngettext(
                "Saw that a condition of a decision was met",
                "Saw that %(n)s conditions of decisions were met",
                n,
            )
            % {"n": n}
        ),
    )
