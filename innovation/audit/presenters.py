"""Events as sentences: what stands on an object's page, in the log, and in nobody's database.

`SENTENCES` holds one sentence for every word that any room records; each room adds a block. In a
sentence, `{actor}` and `{subject}` are names with links; every other name is a detail given to
`audit.record(...)`. A detail may be formatted: `{amount:money}`, `{on:day}`, `{share:percent}`,
`{count:number}`. A detail made by `audit.named(thing)` becomes a link. A `reason` is shown below
the sentence by itself and needs no place in it.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innovation.audit import actions as audit
from innovation.audit.models import Event
from innovation.web.keys import key_of

NOTHING = "–"

SENTENCES: dict[str, str | Promise] = {
    # people
    "person.created": _("{actor} added {subject}."),
    "person.changed": _("{actor} changed the details of {subject}: {what}."),
    "person.deactivated": _("{actor} closed the account of {subject}."),
    "person.reactivated": _("{actor} opened the account of {subject} again."),
    "person.password_link_made": _("{actor} made a link for {subject} to choose a password."),
    "role.granted": _("{actor} gave {subject} the role {role} in {unit}."),
    "role.ended": _("{actor} ended the role {role} of {subject} in {unit}."),
    "token.created": _("{actor} made an API token, {name}."),
    "token.revoked": _("{actor} revoked the API token {name}."),
    "unit.created": _("{actor} added the unit {subject}."),
    "unit.changed": _("{actor} changed the unit {subject}: {what}."),
    "unit.moved": _("{actor} moved {subject} from {source} to {target}."),
    "unit.closed": _("{actor} closed the unit {subject}."),
    "unit.reopened": _("{actor} opened the unit {subject} again."),
    # needs
    "need.submitted": _("{actor} recorded {subject}."),
    "need.edited": _("{actor} changed the words of {subject}: {what}."),
    "need.voice_added": _("{actor} said that {subject} affects them, too."),
    "need.voice_noted": _("{actor} told how {subject} is for them."),
    "need.voice_withdrawn": _("{actor} took their voice for {subject} back."),
    "need.taken_up": _("{actor} began to look at {subject}."),
    "need.accepted": _("{actor} accepted {subject}."),
    "need.asked": _("{actor} asked a question about {subject}."),
    "need.answered": _("{actor} answered a question about {subject}."),
    "need.declined": _("{actor} declined {subject}."),
    "need.merged": _("{actor} merged {subject} into {into}."),
    "need.reopened": _("{actor} reopened {subject}."),
    "need.in_pilot": _("{actor} started a pilot for {subject}."),
    "need.met": _("{subject} was met, {actor} decided."),
    "need.not_met": _("{subject} was not met, {actor} decided."),
    # ideas
    "idea.proposed": _("{actor} proposed {subject}."),
    "idea.edited": _("{actor} changed the words of {subject}: {what}."),
    "idea.set_aside": _("{actor} set {subject} aside."),
    "idea.taken_back": _("{actor} took {subject} back up."),
    "idea.in_pilot": _("{actor} started a pilot of {subject}."),
    "idea.proven": _("{subject} was proven, {actor} decided."),
    "idea.not_proven": _("{subject} was tried and not proven, {actor} decided."),
    # pilots
    "pilot.proposed": _("{actor} proposed {subject} for resources."),
    "pilot.approved": _("{actor} approved the resources of {subject}."),
    "pilot.returned": _("{actor} returned {subject} to be shaped further."),
    "pilot.preparing": _("{actor} began to prepare {subject}."),
    "pilot.went_live": _("{actor} took {subject} live."),
    "pilot.paused": _("{actor} paused {subject}."),
    "pilot.resumed": _("{actor} resumed {subject}."),
    "pilot.evaluating": _("{actor} asked for a decision on {subject}."),
    "pilot.scaled": _("{actor} decided to scale {subject}."),
    "pilot.extended": _("{actor} decided to extend {subject}."),
    "pilot.pivoted": _("{actor} decided that {subject} changes course."),
    "pilot.stopped": _("{actor} decided to stop {subject}."),
    "pilot.opened": _("{actor} opened the pilot {subject}, led by {lead}."),
    "pilot.charter_edited": _("{actor} changed the charter of {subject}: {fields}."),
    "pilot.pathway_chosen": _(
        "{actor} answered the questionnaire: {subject} is on the pathway "
        "“{pathway}”, because {because}."
    ),
    "pilot.log_written": _("{actor} wrote in the log of {subject}: {status}."),
    "pilot.output_shown": _("{actor} ended the silent run of {subject}."),
    "pilot.time_promised": _(
        "{actor} promised {person} to {subject} with {percent} % of full "
        "time, from {starts_on:day} until {ends_on:day}."
    ),
    "pilot.time_given_back": _("{actor} gave {person} the time back that {subject} had."),
    "pilot.member_joined": _("{actor} put {person} on the team of {subject}: {role}."),
    "pilot.member_left": _("{actor} took {person} off the team of {subject}."),
    "pilot.team_freed": _("The team of {subject} has its time back."),
    # money
    "pilot.budget_set": _("{actor} wrote the budget of {subject}: {amount:money} from {fund}."),
    "fund.created": _("{actor} set up {subject}."),
    "fund.deposited": _("{actor} put {amount:money} into {subject}."),
    "fund.awarded": _("{actor} awarded {amount:money} from {subject} to {pilot}."),
    "fund.spent": _("{actor} recorded {amount:money} spent by {pilot} on {line}."),
    "fund.released": _("{amount:money} of {pilot} went back to {subject}."),
    # gates
    "gate.approved_by_one": _("{actor} gave the first of two approvals for {subject}."),
    # objectives
    "cycle.created": _("{actor} opened the cycle {subject}."),
    "objective.created": _("{actor} set the objective {subject}."),
    "objective.edited": _("{actor} changed the objective {subject}: {what}."),
    "key_result.added": _("{actor} added the key result {subject}."),
    "key_result.edited": _("{actor} changed the key result {subject}: {what}."),
    "key_result.measured": _("{actor} let {metric} measure {subject}."),
    "pilot.contributes": _("{actor} said that {subject} serves {key_result}."),
    "pilot.contributes_no_more": _("{actor} took back that {subject} serves {key_result}."),
    # metrics
    "source.created": _("{actor} connected {subject} ({kind})."),
    "source.edited": _("{actor} changed {subject}: {changed}."),
    "source.file_uploaded": _("{actor} uploaded {file} to {subject}."),
    "source.metrics_created": _("{actor} made {count:number} metrics, “{metric}”, from {subject}."),
    "metric.created": _("{actor} planned the metric {subject}, measured from {source}."),
    "metric.edited": _("{actor} changed the metric {subject}: {changed} (now version {version})."),
    "metric.pull_requested": _("{actor} asked for the numbers of {subject}."),
    # evidence
    "alarm.raised": _("An alarm was raised: {subject}"),
    "alarm.answered": _("{actor} answered the alarm “{subject}” with: {answer}."),
}

# Where the thing behind a reference is shown: the noun of `need:12` -> the name of its page,
# which takes the number as `pk`.
ADDRESSES: dict[str, str] = {
    "need": "innovation:need-detail",
    "idea": "innovation:idea-detail",
    "person": "innovation:person-detail",
    "unit": "innovation:unit-detail",
    "pilot": "pilots:pilot-detail",
    "fund": "pilots:fund-detail",
    "source": "pilots:source-detail",
    "metric": "pilots:metric-detail",
    "pull": "pilots:pull-detail",
    "alarm": "pilots:alarm-answer",
    "gatereview": "pilots:gate-decide",
    "objective": "okrs:objective-detail",
}


# What the first part of a word is called where the log is narrowed to it.
KINDS: dict[str, str | Promise] = {
    "need": _("Needs"),
    "idea": _("Ideas"),
    "pilot": _("Pilots"),
    "gate": _("Gates"),
    "fund": _("Funds"),
    "award": _("Awards and spending"),
    "allocation": _("People's time"),
    "metric": _("Metrics"),
    "source": _("Sources"),
    "pull": _("Pulls"),
    "alarm": _("Alarms"),
    "cycle": _("Cycles"),
    "objective": _("Objectives"),
    "keyresult": _("Key results"),
    "contribution": _("Contributions"),
    "person": _("People"),
    "role": _("Roles"),
    "unit": _("Units"),
    "token": _("API tokens"),
}


def kinds() -> list[tuple[str, str]]:
    """The kinds of events that there are, to choose from."""
    used = {word.partition(".")[0] for word in SENTENCES}
    named = [kind for kind in KINDS if kind in used]
    return [(kind, str(KINDS.get(kind, kind))) for kind in [*named, *sorted(used - set(named))]]


def words_saying(text: str) -> list[str]:
    """The words of events whose sentence has all of these words: "declined", "gave role"."""
    terms = text.lower().split()
    return [
        word
        for word, sentence in SENTENCES.items()
        if terms and all(term in str(sentence).lower() for term in terms)
    ]


@dataclass(frozen=True)
class Line:
    """One event as it is read: `sentence` is safe HTML with links, `text` the same without."""

    number: int
    at: datetime
    who: str
    sentence: SafeString
    text: str
    reason: str
    word: str


def history(thing: Any, *, limit: int = 100, reader: Any = None) -> list[Line]:
    """What happened to `thing`, newest first, for its own page (`{% history lines %}`).

    Whoever may see the object may read its history; ask `visible_to` for the object before. What
    happens to a person happens in several units, so there a `reader` sees what the log shows them.
    """
    reference = audit.ref(thing)
    events = Event.objects.about(reference)
    if reader is not None:
        events = events.visible_to(reader)
    return lines(events[:limit], here=reference)


def lines(events: Iterable[Event], *, here: str = "") -> list[Line]:
    return [line(event, here=here) for event in events]


def line(event: Event, *, here: str = "") -> Line:
    """The event in words. A word without a sentence is shown as it is rather than hidden.

    `here` is what the page is about; its name is not a link to the same page.
    """
    template = SENTENCES.get(event.word)
    if template is None:
        template = "{actor}: " + event.word.replace("{", "").replace("}", "") + " ({subject})"
    values = {
        **event.details,
        "actor": {"ref": event.actor, "name": actor_name(event)},
        "subject": {"ref": event.subjects[0], "name": event.subject_name},
    }
    return Line(
        number=event.number,
        at=event.at,
        who=actor_name(event),
        sentence=_Linked(here).safe(str(template), values),
        text=_Plain().vformat(str(template), (), values),
        reason=str(event.details.get("reason", "")),
        word=event.word,
    )


def actor_name(event: Event) -> str:
    if event.actor == audit.Anonymous.ref:
        return gettext("Somebody who asked not to be named")
    return event.actor_name


def address(reference: str) -> str | None:
    """The page of what a reference names, where it has one."""
    noun, _colon, key = reference.partition(":")
    name, pk = ADDRESSES.get(noun), key_of(key)
    if name is None or pk is None:
        return None
    try:
        return reverse(name, kwargs={"pk": pk})
    except NoReverseMatch:
        return None


class _Plain(string.Formatter):
    """Fills a sentence; what an event does not know is a dash, never an error on a page."""

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        # Only names: no attributes and no indexes, whatever a sentence says.
        return kwargs.get(field_name, NOTHING), field_name

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        return value

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, dict):
            return str(value.get("name") or value.get("ref") or NOTHING)
        if isinstance(value, list):
            return ", ".join(self.format_field(item, format_spec) for item in value)
        return str(_written(value, format_spec))


class _Linked(_Plain):
    """The same as safe HTML: names link to their pages, everything else is escaped."""

    def __init__(self, here: str) -> None:
        self.here = here

    def safe(self, template: str, values: dict[str, Any]) -> SafeString:
        filled = self.vformat(conditional_escape(template), (), values)
        return mark_safe(filled)  # noqa: S308 - the sentence and each value were escaped

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, list):
            return ", ".join(self.format_field(item, format_spec) for item in value)
        text = super().format_field(value, format_spec)
        reference = str(value.get("ref", "")) if isinstance(value, dict) else ""
        url = address(reference) if reference != self.here else None
        return format_html('<a href="{}">{}</a>', url, text) if url else conditional_escape(text)


def _written(value: Any, style: str) -> Any:
    """A detail (JSON, so numbers and dates are text) in the way a sentence asks for it."""
    if value is None or value == "":
        return NOTHING
    from innovation.rules import money, numbers

    try:
        if style == "money":
            return money.money(Decimal(str(value)))
        if style == "number":
            return numbers.number(Decimal(str(value)))
        if style == "percent":
            return numbers.percent(float(value))
        if style == "day":
            return _day(value)
    except (InvalidOperation, ValueError, TypeError):
        return value
    return value


def _day(value: Any) -> str:
    from innovation.rules import dates

    if isinstance(value, str):
        value = parse_datetime(value) or parse_date(value) or value
    return dates.day_in_words(value) if isinstance(value, date) else str(value)
