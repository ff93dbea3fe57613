"""The leadership review in words and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers

from innovation.rules import dates
from okrs.progress.presenters import ObjectiveStandingSerializer
from okrs.progress.queries import Movement
from okrs.reviews.queries import FundLine, Review
from pilots.clock.presenters import ClockOut
from pilots.clock.queries import Ending
from pilots.evidence.models import Alarm
from pilots.gates.models import GateReview
from pilots.learning.presenters import SparedByStop
from pilots.lifecycle.models import Blocker
from pilots.lifecycle.presenters import BlockerOut, blocker_sentence
from pilots.protected_time.models import KeptReading
from pilots.sustaining import looks
from pilots.time_returned.presenters import TotalOut, total_sentence


def lede(review: Review) -> SafeString:
    """What a colleague would say aloud: what moved, what is only claimed, what waits."""
    parts = []
    moved = len(review.that_moved(Movement.TOWARDS))
    away = review.that_moved(Movement.AWAY)
    claimed = len(review.claimed_only)
    where = {"cycle": review.cycle.name if review.cycle else _("this cycle")}
    if moved:
        words = ngettext(
            "In {cycle}, <strong>{moved} key result moved</strong> on measured outcomes{claimed}.",
            "In {cycle}, <strong>{moved} key results moved</strong> on measured outcomes{claimed}.",
            moved,
        )
        also = ngettext(
            " and %d is claimed but not yet measured",
            " and %d are claimed but not yet measured",
            claimed,
        )
        parts.append(
            format_html(words, moved=moved, claimed=also % claimed if claimed else "", **where)
        )
    elif any(o.standings for o in review.objectives):
        parts.append(
            format_html(
                _("In {cycle}, no key result has moved by more than chance would bring."), **where
            )
        )
    if away:
        parts.append(
            format_html(
                ngettext("{names} moved the wrong way.", "{names} moved the wrong way.", len(away)),
                names=_names([standing.key_result.title for standing in away]),
            )
        )
    outcome = [r for r in review.decisions if r.gate == "outcome"]
    resources = [r for r in review.decisions if r.gate == "resources"]
    if outcome:
        parts.append(
            format_html(
                ngettext(
                    "{names} has its answer and waits for a decision.",
                    "{names} have their answers and wait for a decision.",
                    len(outcome),
                ),
                names=_names([r.pilot.title for r in outcome]),
            )
        )
    if resources:
        parts.append(
            format_html(
                ngettext(
                    "{names} asks for resources.", "{names} ask for resources.", len(resources)
                ),
                names=_names([r.pilot.title for r in resources]),
            )
        )
    scaled = [r for r in review.decisions if r.gate == "sustained"]
    if scaled:
        parts.append(
            format_html(
                ngettext(
                    "{names} was scaled; whether it holds waits for a decision.",
                    "{names} were scaled; whether they hold waits for a decision.",
                    len(scaled),
                ),
                names=_names([r.pilot.title for r in scaled]),
            )
        )
    if review.alarms:
        parts.append(
            format_html(
                ngettext(
                    "A guardrail in {names} is in alarm.",
                    "Guardrails in {names} are in alarm.",
                    len(review.alarms),
                ),
                names=_names([alarm.pilot.title for alarm in review.alarms]),
            )
        )
    if not parts:
        parts.append(format_html("{}", _("Nothing waits for a decision.")))
    return format_html_join(" ", "{}", ((part,) for part in parts))


def _names(titles: list[str]) -> SafeString:
    bold = [format_html("<strong>{}</strong>", title) for title in dict.fromkeys(titles)]
    if len(bold) == 1:
        return bold[0]
    return format_html(
        _("{first} and {last}"),
        first=format_html_join(", ", "{}", ((name,) for name in bold[:-1])),
        last=bold[-1],
    )


def kicker(review: Review) -> str:
    """Where and when: the organisation, the cycle, the day."""
    parts = [settings.ORGANISATION, review.cycle.name if review.cycle else ""]
    return " · ".join([*filter(None, parts), dates.day_of_year_in_words(localtime(review.at))])


@dataclass(frozen=True)
class Waiting:
    """One decision that waits, as its card says it."""

    title: str
    kind: str
    tone: str
    sentence: str
    url: str
    evidence: str
    action: str
    since: datetime


def waiting(review: Review) -> list[Waiting]:
    """Alarms and gates that wait for an answer, alarms first, longest first."""
    alarms = [
        Waiting(
            title=_("%s, pause proposed") % alarm.pilot.title,
            kind=_("Guardrail alarm"),
            tone="concern",
            sentence=alarm.sentence,
            url=reverse("pilots:alarm-answer", args=[alarm.pk]),
            evidence=reverse("pilots:metric-detail", args=[alarm.metric_id]),
            action=_("Answer"),
            since=alarm.raised_at,
        )
        for alarm in review.alarms
    ]
    gates = [
        Waiting(
            title=_("%(pilot)s, %(gate)s gate")
            % {"pilot": gate.pilot.title, "gate": str(gate.get_gate_display()).lower()},
            kind=_kind(gate, review.at),
            tone=_tone(gate, review.at),
            sentence=gate.case or gate.pilot.summary,
            url=gate.get_absolute_url(),
            evidence=reverse("pilots:pilot-detail", args=[gate.pilot_id]),
            action=_("Decide"),
            since=gate.opened_at,
        )
        for gate in review.decisions
    ]
    return alarms + gates


def _is_overdue(gate: GateReview, at: datetime) -> bool:
    """A look at what was scaled has its days; no other gate has."""
    opened = dates.day_of(gate.opened_at)
    return gate.gate == "sustained" and looks.is_overdue(opened, today=dates.day_of(at))


def _kind(gate: GateReview, at: datetime) -> str:
    return _("Sustained: overdue") if _is_overdue(gate, at) else str(gate.get_gate_display())


def _tone(gate: GateReview, at: datetime) -> str:
    if gate.gate == "sustained":
        return "concern" if _is_overdue(gate, at) else "turn"
    return "turn" if gate.gate == "resources" else "better"


def hours(review: Review) -> str:
    """What was given back, beside the money; empty while no pilot says so."""
    said = review.hours.known or review.hours.unknown
    return total_sentence(review.hours) if said else ""


def blocked(review: Review) -> list[tuple[Blocker, str, bool]]:
    """What is in the way of pilots, as a sentence, and whether its day is over."""
    today = dates.day_of(review.at)
    return [
        (blocker, blocker_sentence(blocker, today), blocker.due_on < today)
        for blocker in review.blockers
    ]


class WaitingSerializer(serializers.Serializer[GateReview]):
    gate_review = serializers.IntegerField(source="pk")
    gate = serializers.CharField()
    pilot = serializers.IntegerField(source="pilot_id")
    title = serializers.CharField(source="pilot.title")
    since = serializers.DateTimeField(source="opened_at")


class OpenAlarmSerializer(serializers.Serializer[Alarm]):
    alarm = serializers.IntegerField(source="pk")
    pilot = serializers.IntegerField(source="pilot_id")
    title = serializers.CharField(source="pilot.title")
    sentence = serializers.CharField()
    since = serializers.DateTimeField(source="raised_at")


class EndingSerializer(serializers.Serializer[Ending]):
    pilot = serializers.IntegerField(source="pilot.pk")
    title = serializers.CharField(source="pilot.title")
    clock = ClockOut()


class FundLineSerializer(serializers.Serializer[FundLine]):
    fund = serializers.CharField(source="fund.name")
    fiscal_year = serializers.IntegerField(source="fund.fiscal_year")
    left = serializers.DecimalField(source="fund.balance", max_digits=14, decimal_places=2)
    awarded = serializers.DecimalField(max_digits=14, decimal_places=2)
    asked = serializers.DecimalField(max_digits=14, decimal_places=2)


class KeptLineSerializer(serializers.Serializer[KeptReading]):
    unit = serializers.IntegerField(source="unit_id")
    name = serializers.CharField(source="unit.name")
    ends_on = serializers.DateField(source="period.last_day")
    share = serializers.FloatField()
    people = serializers.IntegerField()
    asked = serializers.IntegerField()


class TooLittleTimeSerializer(serializers.Serializer[KeptReading]):
    pilot = serializers.IntegerField(source="pilot_id")
    title = serializers.CharField(source="pilot.title")
    ends_on = serializers.DateField(source="period.last_day")
    share = serializers.FloatField()
    people = serializers.IntegerField()
    asked = serializers.IntegerField()


class DecisionSerializer(serializers.Serializer[GateReview]):
    gate_review = serializers.IntegerField(source="pk")
    pilot = serializers.IntegerField(source="pilot_id")
    title = serializers.CharField(source="pilot.title")
    decision = serializers.CharField()
    reason = serializers.CharField()
    recommended = serializers.CharField(help_text="What the agreed rule said of an outcome.")
    against = serializers.CharField(help_text="Why it was decided against the rule.")
    early_until = serializers.DateField(
        allow_null=True,
        help_text="Until when it was to run at the least, where it was decided before that.",
    )
    early_because = serializers.CharField()
    stale = serializers.CharField(help_text="The metrics whose numbers were old.")
    stale_because = serializers.CharField()
    at = serializers.DateTimeField(source="decided_at")
    by = serializers.CharField(source="decider")


class SparedStopSerializer(serializers.Serializer[SparedByStop]):
    pilot = serializers.IntegerField(source="card.pilot_id")
    title = serializers.CharField(source="card.title")
    ended_on = serializers.DateField(source="card.ended_on")
    money = serializers.DecimalField(14, 2, allow_null=True, help_text="Awarded and not spent.")
    hours = serializers.DecimalField(10, 1, allow_null=True, help_text="Promised and given back.")
    sentence = serializers.CharField()
    page = serializers.CharField(source="card.get_absolute_url")


class ReviewSerializer(serializers.Serializer[Review]):
    at = serializers.DateTimeField()
    cycle = serializers.CharField(source="cycle.name", default=None, allow_null=True)
    objectives = ObjectiveStandingSerializer(many=True)
    decisions = WaitingSerializer(many=True)
    blockers = BlockerOut(many=True)
    alarms = OpenAlarmSerializer(many=True)
    stops = SparedStopSerializer(
        many=True, help_text="Stopped by the agreed rule in the cycle, and what it spared."
    )
    endings = EndingSerializer(
        many=True, help_text="Pilots whose time ends within four weeks, or is over."
    )
    funds = FundLineSerializer(many=True)
    hours_returned = TotalOut(source="hours")
    full_time_equivalents = serializers.DecimalField(
        source="full_time", max_digits=10, decimal_places=2
    )
    people = serializers.IntegerField()
    kept_time = KeptLineSerializer(
        source="kept",
        many=True,
        help_text="How much of the time that their people promised units kept, in the last four closed weeks.",
    )
    too_little_time = TooLittleTimeSerializer(
        source="too_little",
        many=True,
        help_text="Pilots that were given less than 70 % of the time promised to them, in the same weeks.",
    )
    needs_waiting = serializers.IntegerField()
    mean_time_to_first_answer = serializers.DurationField(source="answer_time", allow_null=True)
    decided = DecisionSerializer(many=True)
