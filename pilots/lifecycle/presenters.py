"""How a pilot is said: its status's tone, the answers of its questionnaire, its log, its JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import serializers

from innovation.people.models import User
from innovation.rules import dates
from pilots.lifecycle import pathway, queries
from pilots.lifecycle.models import (
    Advice,
    Blocker,
    LeadAnswer,
    LeadOffer,
    LogEntry,
    LogStatus,
    Pathway,
    Pilot,
    SiteGoLive,
)
from pilots.lifecycle.states import PilotStatus

BEFORE_LIVE = (
    PilotStatus.SHAPING,
    PilotStatus.PROPOSED,
    PilotStatus.APPROVED,
    PilotStatus.PREPARING,
)
TONES = {
    PilotStatus.SHAPING: "draft",
    PilotStatus.PROPOSED: "open",
    PilotStatus.APPROVED: "active",
    PilotStatus.PREPARING: "active",
    PilotStatus.RUNNING: "active",
    PilotStatus.PAUSED: "concern",
    PilotStatus.EVALUATING: "open",
    PilotStatus.SCALED: "done",
    PilotStatus.STOPPED: "stopped",
    PilotStatus.WITHDRAWN: "stopped",
}
LOG_TONES = {
    LogStatus.ON_TRACK: "done",
    LogStatus.AT_RISK: "turn",
    LogStatus.BLOCKED: "concern",
    LogStatus.NOTHING: "",
}


def tone(pilot: Pilot) -> str:
    return TONES[PilotStatus(pilot.status)]


def went_live(pilot: Pilot) -> str:
    """The first day of use, and how far it is from the planned one; empty before it."""
    if pilot.went_live_on is None:
        return ""
    day = dates.day_in_words(pilot.went_live_on)
    # After a pivot the plan is that of the next round.
    planned = None if pilot.status in BEFORE_LIVE else pilot.starts_on
    late = 0 if planned is None else (pilot.went_live_on - planned).days
    if not late:
        return day
    if late > 0:
        said = ngettext(
            "%(day)s, %(n)s day later than planned", "%(day)s, %(n)s days later than planned", late
        )
    else:
        said = ngettext(
            "%(day)s, %(n)s day earlier than planned",
            "%(day)s, %(n)s days earlier than planned",
            -late,
        )
    return said % {"day": day, "n": abs(late)}


@dataclass(frozen=True)
class Answered:
    question: str
    answer: str


@dataclass(frozen=True)
class PathwaySaid:
    """The pathway in words: its name, what it means, why it is this one, and all answers."""

    name: str
    meaning: str
    because: tuple[str, ...]
    answers: tuple[Answered, ...]


def pathway_said(pilot: Pilot) -> PathwaySaid | None:
    """None until the questionnaire is answered."""
    if not pilot.pathway:
        return None
    kept = pilot.pathway_answers  # JSON forgets the order of the questions
    given = {q.key: str(kept[q.key]) for q in pathway.QUESTIONS if q.key in kept}
    because: tuple[str, ...] = ()
    if not pathway.missing(given):
        found = pathway.at_least(pathway.choose(given), queries.least_pathway(pilot))
        because = tuple(str(sentence) for sentence in found.because)
    return PathwaySaid(
        name=str(pilot.get_pathway_display()),
        meaning=str(pathway.MEANING[pilot.pathway]),
        because=because,
        answers=tuple(
            Answered(str(pathway.QUESTION[key].text), str(pathway.QUESTION[key].label(value)))
            for key, value in given.items()
            if value in dict(pathway.QUESTION[key].answers)
        ),
    )


def hint_of(answers: Mapping[str, str]) -> PathwaySaid:
    """What these complete answers would lead to."""
    found = pathway.choose({key: value for key, value in answers.items() if value})
    return PathwaySaid(
        name=str(found.pathway.label),
        meaning=str(pathway.MEANING[found.pathway]),
        because=tuple(str(sentence) for sentence in found.because),
        answers=(),
    )


def blocker_sentence(blocker: Blocker, today: date) -> str:
    """What is in the way, who clears it, and whether the day for that is over."""
    facts = {
        "what": blocker.entry.blockers.rstrip(". "),
        "owner": blocker.owner.name,
        "day": dates.day_in_words(blocker.due_on),
    }
    if blocker.due_on < today:
        return _("%(what)s. %(owner)s was to clear it by %(day)s: overdue.") % facts
    return _("%(what)s. %(owner)s clears it by %(day)s.") % facts


@dataclass(frozen=True)
class Logged:
    """One entry of the log with its tone and its parts in order."""

    entry: LogEntry
    tone: str
    parts: tuple[tuple[str, str], ...]


def logged(entry: LogEntry) -> Logged:
    parts = tuple(
        (str(LogEntry._meta.get_field(name).verbose_name).capitalize(), text)  # type: ignore[union-attr]
        for name in ("done", "next", "blockers", "learned")
        if (text := getattr(entry, name))
    )
    return Logged(entry, LOG_TONES[LogStatus(entry.status)], parts)


class PersonOut(serializers.Serializer[User]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class PilotOut(serializers.ModelSerializer[Pilot]):
    unit = serializers.CharField(source="unit.name")
    unit_id = serializers.IntegerField()
    lead = PersonOut()
    sponsor = PersonOut(allow_null=True)
    sponsor_asked = PersonOut(
        allow_null=True, help_text="Who is asked to sponsor it and has not answered yet."
    )
    owner = PersonOut(
        allow_null=True, help_text="Who answers for what it tried since it was scaled."
    )
    pathway = serializers.ChoiceField(Pathway.choices, allow_blank=True, read_only=True)
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = Pilot
        fields = (
            "id",
            "title",
            "summary",
            "status",
            "unit",
            "unit_id",
            "lead",
            "sponsor",
            "sponsor_asked",
            "owner",
            "pathway",
            "silent",
            "hypothesis",
            "change",
            "starts_on",
            "ends_on",
            "least_weeks",
            "scale_at_target",
            "opened_at",
            "went_live_on",
            "ended_on",
            "page",
        )
        read_only_fields = fields


class AdviceOut(serializers.ModelSerializer[Advice]):
    by = serializers.CharField(source="by.name")
    answered_by = serializers.CharField(source="answered_by.name", default=None, allow_null=True)

    class Meta:
        model = Advice
        fields = ("id", "by", "at", "text", "taken_up", "answer", "answered_by", "answered_at")
        read_only_fields = fields


class BlockerOut(serializers.ModelSerializer[Blocker]):
    pilot = serializers.IntegerField(source="entry.pilot_id")
    blocker = serializers.CharField(source="entry.blockers")
    owner = PersonOut()
    said_by = serializers.CharField(source="entry.by.name")
    said_at = serializers.DateTimeField(source="entry.at")
    cleared_by = serializers.CharField(source="cleared_by.name", default=None, allow_null=True)

    class Meta:
        model = Blocker
        fields = (
            "id", "pilot", "blocker", "owner", "due_on", "said_by", "said_at", "cleared_at",
            "cleared_by", "how",
        )  # fmt: skip
        read_only_fields = fields


class SiteOut(serializers.ModelSerializer[SiteGoLive]):
    unit = serializers.CharField(source="unit.name")
    unit_id = serializers.IntegerField()
    pilot = serializers.IntegerField(source="pilot_id")

    class Meta:
        model = SiteGoLive
        fields = ("id", "pilot", "unit", "unit_id", "planned_on", "went_live_on")
        read_only_fields = fields


class LeadOfferOut(serializers.ModelSerializer[LeadOffer]):
    pilot = serializers.IntegerField(source="pilot_id")
    to = serializers.CharField(source="to.name")
    offered_by = serializers.CharField(source="offered_by.name")
    answer = serializers.ChoiceField(LeadAnswer.choices, allow_blank=True, read_only=True)

    class Meta:
        model = LeadOffer
        fields = (
            "id", "pilot", "to", "offered_by", "offered_at", "reason", "answer", "answered_at",
            "words",
        )  # fmt: skip
        read_only_fields = fields


class LogOut(serializers.ModelSerializer[LogEntry]):
    by = serializers.CharField(source="by.name")

    class Meta:
        model = LogEntry
        fields = ("id", "at", "by", "status", "done", "next", "blockers", "learned")
        read_only_fields = fields
