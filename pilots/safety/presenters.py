"""How reports and stops are shown, on pages, in files and by the API. Who reported is shown nowhere but to
those who gave their name."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from innovation.people.models import User
from innovation.rules import dates
from pilots.lifecycle.models import Pilot
from pilots.safety import queries
from pilots.safety.models import Harm, Incident, StopAnswer, StopRequest
from pilots.safety.states import IncidentStatus

TONES = {
    IncidentStatus.REPORTED: "turn",
    IncidentStatus.LOOKED_AT: "active",
    IncidentStatus.ANSWERED: "done",
}
HEAD = (
    gettext_lazy("Number"),
    gettext_lazy("Pilot"),
    gettext_lazy("Unit"),
    gettext_lazy("Happened on"),
    gettext_lazy("Reported on"),
    gettext_lazy("Harm as reported"),
    gettext_lazy("Harm as judged"),
    gettext_lazy("Tool involved"),
    gettext_lazy("Status"),
    gettext_lazy("An incident of the pilot"),
    gettext_lazy("What happened"),
    gettext_lazy("Answer"),
)


@dataclass(frozen=True)
class IncidentRow:
    """A report as it is shown."""

    incident: Incident

    @property
    def who(self) -> str:
        return _("Without a name") if self.incident.anonymous else self.incident.reported_by.name

    @property
    def tone(self) -> str:
        return TONES[IncidentStatus(self.incident.status)]

    @property
    def short(self) -> str:
        what = " ".join(self.incident.what.split())
        return what if len(what) <= 90 else what[:89].rsplit(" ", 1)[0] + "…"


def line(incident: Incident) -> tuple[object, ...]:
    """A line of the file: what was told, and nobody's name."""
    yes_or_no = {None: "", True: _("Yes"), False: _("No")}
    return (
        incident.pk,
        incident.pilot.title,
        incident.pilot.unit.name,
        incident.happened_on.isoformat(),
        dates.day_of(incident.reported_at).isoformat(),
        incident.get_harm_display(),
        incident.get_harm_judged_display(),
        incident.get_tool_display(),
        incident.get_status_display(),
        yes_or_no[incident.accepted],
        incident.what,
        incident.answer,
    )


@dataclass(frozen=True)
class OpenStop:
    """The open stops of one pilot: whoever asked first is named."""

    pilot: Pilot
    first: StopRequest
    count: int
    overdue: bool

    @property
    def sentence(self) -> str:
        due = dates.moment_in_words(self.first.answer_by)
        said = {"who": self.first.asked_by.name, "what": self.first.what, "due": due}
        if self.overdue:
            return _("%(who)s: “%(what)s” The answer was due %(due)s.") % said
        if self.first.at_once:
            return _("%(who)s stopped it: “%(what)s” Answer by %(due)s.") % said
        return _("%(who)s asks: “%(what)s” Answer by %(due)s.") % said


def by_pilot(stops: Iterable[StopRequest], now: datetime) -> list[OpenStop]:
    found: dict[int, list[StopRequest]] = {}
    for one in stops:
        found.setdefault(one.pilot_id, []).append(one)
    return [
        OpenStop(some[0].pilot, some[0], len(some), some[0].answer_by <= now)
        for some in found.values()
    ]


def stops_by_pilot(user: User, now: datetime) -> list[OpenStop]:
    """What this person's answer is waited for, the most urgent first."""
    return by_pilot(queries.stops_to_answer(user)[:100], now)


def as_image(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


class StopRequestOut(serializers.ModelSerializer[StopRequest]):
    answer = serializers.ChoiceField(StopAnswer.choices, allow_blank=True, read_only=True)

    class Meta:
        model = StopRequest
        fields = (
            "id", "pilot", "asked_by", "asked_at", "what", "at_once", "answer_by", "answered_at",
            "answered_by", "answer", "reason",
        )  # fmt: skip
        read_only_fields = fields


class IncidentOut(serializers.ModelSerializer[Incident]):
    """Who reported is left out where they asked for it."""

    reported_by = serializers.SerializerMethodField()
    harm_judged = serializers.ChoiceField(Harm.choices, allow_blank=True, read_only=True)

    class Meta:
        model = Incident
        fields = (
            "id", "pilot", "reported_by", "anonymous", "reported_at", "happened_on", "what", "harm",
            "tool", "status", "accepted", "harm_judged", "answer", "answered_at", "answered_by",
        )  # fmt: skip
        read_only_fields = fields

    def get_reported_by(self, incident: Incident) -> int | None:
        return None if incident.anonymous else incident.reported_by_id
