"""Mentors and mentoring in words and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from pilots.lifecycle.presenters import PersonOut
from pilots.mentoring.matching import Match
from pilots.mentoring.models import (
    Mentor,
    MentoringSession,
    Mentorship,
    MentorshipAnswer,
    NextStep,
)
from pilots.mentoring.skills import CHOICES, in_words, known


@dataclass(frozen=True)
class Suggestion:
    """Somebody who could be asked, and what is said of them: why, and what to know before."""

    mentor: Mentor
    because: list[str]
    but: str

    @property
    def sentence(self) -> str:
        """ "Because: knows change; has room for 2 more pilots." """
        return _("Because: %(reasons)s.") % {"reasons": "; ".join(self.because)}


def suggestion(mentor: Mentor, match: Match) -> Suggestion:
    because = []
    if match.skills:
        skills = ", ".join(in_words(known(match.skills)))
        because.append(_("helps with what is asked for (%(skills)s)") % {"skills": skills})
    if match.led_pathway:
        because.append(_("has led a pilot on this pathway"))
    if match.from_elsewhere and mentor.person.unit is not None:
        because.append(_("sees it from %(unit)s") % {"unit": mentor.person.unit.name})
    because.append(room_in_words(match.free))
    but = _("Would not decide on this pilot any more, nor review it.") if match.decides else ""
    return Suggestion(mentor=mentor, because=because, but=but)


def room_in_words(free: int) -> str:
    return ngettext("has room for %(n)s more pilot", "has room for %(n)s more pilots", free) % {
        "n": free
    }


def load_in_words(mentor: Mentor, load: int) -> str:
    """ "1 of 2" """
    return _("%(n)s of %(room)s") % {"n": load, "room": mentor.room_for}


class MentorOut(serializers.ModelSerializer[Mentor]):
    """Somebody who would mentor, by their own word, and how many pilots they mentor now."""

    person = PersonOut()
    skills = serializers.ListField(child=serializers.ChoiceField(CHOICES), read_only=True)
    mentors = serializers.SerializerMethodField(help_text="How many pilots they mentor now.")
    page = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Mentor
        fields = (
            "id", "person", "skills", "line", "room_for", "mentors", "offered_at", "paused_at",
            "withdrawn_at", "page",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField)
    def get_mentors(self, mentor: Mentor) -> int:
        loads: dict[int, int] = self.context["loads"]
        return loads.get(mentor.person_id, 0)


class MentorMatchOut(serializers.Serializer[Any]):
    """Somebody who could be asked, and because of what."""

    mentor = MentorOut()
    because = serializers.ListField(child=serializers.CharField())
    but = serializers.CharField(
        help_text="What to know before asking; empty where there is nothing."
    )


class MentorshipOut(serializers.ModelSerializer[Mentorship]):
    """Somebody is asked to mentor a pilot. They do from the answer “accepted” until `ended_at`."""

    pilot = serializers.IntegerField(source="pilot_id")
    person = PersonOut()
    skills = serializers.ListField(child=serializers.ChoiceField(CHOICES), read_only=True)
    asked_by = serializers.CharField(source="asked_by.name")
    answer = serializers.ChoiceField(MentorshipAnswer.choices, allow_blank=True, read_only=True)
    ended_by = serializers.CharField(
        source="ended_by.name", default=None, allow_null=True, read_only=True
    )
    page = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Mentorship
        fields = (
            "id", "pilot", "person", "skills", "why", "asked_by", "asked_at", "answer", "answered_at",
            "words", "ended_at", "ended_by", "last_words", "page",
        )  # fmt: skip
        read_only_fields = fields


class NextStepOut(serializers.ModelSerializer[NextStep]):
    who = PersonOut()

    class Meta:
        model = NextStep
        fields = ("id", "what", "who", "due_on", "done_at")
        read_only_fields = fields


class MentoringSessionOut(serializers.ModelSerializer[MentoringSession]):
    """What a mentor and a team spoke of; read by them alone."""

    by = serializers.CharField(source="by.name")
    steps = NextStepOut(many=True)

    class Meta:
        model = MentoringSession
        fields = ("id", "held_on", "spoken_of", "by", "at", "steps")
        read_only_fields = fields
