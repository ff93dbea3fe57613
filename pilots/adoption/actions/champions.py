"""Asking somebody of a group to help the others with the change, their own answer, and stepping down."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, reasons
from innovation.rules.numbers import number
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.adoption import queries
from pilots.adoption.actions.groups import lock_standing
from pilots.adoption.models import AffectedGroup, Champion, ChampionAnswer
from pilots.adoption.permissions import (
    check_can_answer_as_champion,
    check_can_plan_change,
    check_goes_on,
)


@atomic
def ask_champion(
    group: AffectedGroup, *, person: User, hours: Decimal, why: str, by: User, at: datetime
) -> Champion:
    """Ask somebody for so many hours a week. They are a champion once they say yes."""
    pilot = lock_standing(group)
    check_can_plan_change(by, pilot)
    workflow.lock(person)  # what somebody gives is added up over all pilots
    why = reasons.required(why)
    if not person.is_active:
        raise Refused(_("%(person)s does not work here any more.") % {"person": person.name})
    if hours <= 0:
        raise Malformed(_("Say for how many hours a week."))
    most, given = queries.hours_alone(person), queries.hours_given(person)
    if given + hours > most:
        raise Refused(
            _(
                "People of their unit give %(most)s hours a week by themselves, and %(person)s is asked for "
                "or gives %(given)s. Ask for more on the team's page: their unit is asked there, too."
            )
            % {"most": number(most), "person": person.name, "given": number(given)}
        )
    with constraints.explained():
        made = Champion.objects.create(
            group=group, person=person, hours=hours, why=why, asked_by=by, asked_at=at
        )
    notices.notify(
        [person],
        kind="pilots",
        title=_("%(by)s asks whether you help %(group)s with a change")
        % {"by": by.name, "group": group.name},
        text=why,
        about=pilot,
        url=made.get_absolute_url(),
        at=at,
        but=by,
    )
    _record_quietly("champion.asked", made, by=by, at=at, hours=queries.hours_in_words(hours))
    return made


@atomic
def agree_as_champion(champion: Champion, *, by: User, at: datetime) -> Champion:
    """One's own yes."""
    _answer(champion, ChampionAnswer.YES, "", by=by, at=at)
    _tell_team(
        champion, _("%(person)s helps %(group)s with the change"), champion.words, by=by, at=at
    )
    _record("champion.agreed", champion, by=by, at=at)
    return champion


@atomic
def decline_as_champion(champion: Champion, *, words: str = "", by: User, at: datetime) -> Champion:
    """One's own no, with or without a word why."""
    _answer(champion, ChampionAnswer.NO, words, by=by, at=at)
    _tell_team(
        champion,
        _("%(person)s does not help %(group)s with the change"),
        champion.words,
        by=by,
        at=at,
    )
    _record_quietly("champion.declined", champion, by=by, at=at)
    return champion


@atomic
def ask_champion_no_longer(champion: Champion, *, by: User, at: datetime) -> Champion:
    """The team asks no longer, and who was asked is told."""
    _lock_open(champion)
    check_can_plan_change(by, champion.group.pilot)
    _settle(champion, ChampionAnswer.WITHDRAWN, "", at=at)
    notices.notify(
        [champion.person],
        kind="pilots",
        title=_("You are not asked any more to help %(group)s") % {"group": champion.group.name},
        about=champion.group.pilot,
        url=champion.get_absolute_url(),
        at=at,
        but=by,
    )
    _record_quietly("champion.not_asked_any_more", champion, by=by, at=at)
    return champion


@atomic
def step_down(champion: Champion, *, reason: str = "", by: User, at: datetime) -> Champion:
    """One's own way out, at any time and without a reason; the team's takes one."""
    workflow.lock(champion.group.pilot)
    workflow.lock(champion)
    own = by.pk == champion.person_id and by.acting_for is None
    if not own:
        check_can_plan_change(by, champion.group.pilot)
    if champion.answer != ChampionAnswer.YES or champion.ended_at is not None:
        raise Conflict(
            _("%(person)s is no champion of this group.") % {"person": champion.person.name}
        )
    champion.ended_because = visible(reason) if own else reasons.required(reason)
    champion.ended_at, champion.ended_by = at, by
    champion.save(update_fields=["ended_at", "ended_by", "ended_because"])
    _tell_team(
        champion,
        _("%(person)s does not help %(group)s any more"),
        champion.ended_because,
        by=by,
        at=at,
    )
    _record("champion.stepped_down", champion, by=by, at=at)
    return champion


def _answer(
    champion: Champion, answer: ChampionAnswer, words: str, *, by: User, at: datetime
) -> None:
    _lock_open(champion)
    check_can_answer_as_champion(by, champion)
    check_goes_on(champion.group.pilot)
    _settle(champion, answer, words, at=at)


def _lock_open(champion: Champion) -> None:
    lock_standing(champion.group)
    workflow.lock(champion)
    if champion.answer:
        raise Conflict(
            _("This was answered already: %(answer)s.") % {"answer": champion.get_answer_display()}
        )


def _settle(champion: Champion, answer: ChampionAnswer, words: str, *, at: datetime) -> None:
    champion.answer, champion.answered_at, champion.words = answer, at, visible(words)
    champion.save(update_fields=["answer", "answered_at", "words"])


def _tell_team(champion: Champion, title: str, text: str, *, by: User, at: datetime) -> None:
    whom = {champion.person, champion.asked_by, champion.group.pilot.lead}
    notices.notify(
        {one for one in whom if one.is_active},
        kind="pilots",
        title=title % {"person": champion.person.name, "group": champion.group.name},
        text=text,
        about=champion.group.pilot,
        url=champion.get_absolute_url(),
        at=at,
        but=by,
    )


def _record(event: str, champion: Champion, /, *, by: User, at: datetime) -> None:
    """What all who see the pilot know."""
    group = champion.group
    audit.record(
        event,
        champion,
        also=[group, group.pilot, champion.person],
        **_facts(champion, by=by, at=at),
    )


def _record_quietly(
    event: str, champion: Champion, /, *, by: User, at: datetime, **said: str
) -> None:
    """What is between who asks and who is asked: the pilot's history and the group's are read by all who see
    them, and a no is nobody else's."""
    facts = _facts(champion, by=by, at=at) | said
    audit.record(event, champion, also=[champion.person], **facts)


def _facts(champion: Champion, *, by: User, at: datetime) -> dict[str, Any]:
    pilot = champion.group.pilot
    return {
        "by": by,
        "at": at,
        "unit_id": pilot.unit_id,
        "pilot": audit.named(pilot),
        "group": audit.named(champion.group),
        "person": audit.named(champion.person),
    }
