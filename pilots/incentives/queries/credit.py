"""Who had which part, as the record says it: never typed, in a few statements however many pilots there are.

What nobody may read is no part of it: who asked not to be named stays unnamed, a colleague who added a voice is
named where they wrote a note beside it and are named there already, and reports of what went wrong are nobody's
credit. Whoever took their name off is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from innovation.needs.models import Need, Voice
from innovation.needs.queries import notes_on
from innovation.people.models import User
from innovation.rules import dates
from pilots.assurance.areas import ReviewArea
from pilots.incentives.kinds import CreditKind
from pilots.incentives.models import CreditLeftOut
from pilots.incentives.queries.record import recorded
from pilots.lifecycle.models import Pilot
from pilots.staffing.queries import nearest_leaders

SAID = 3  # titles beside one part
_ORDER = {kind: place for place, kind in enumerate(CreditKind.values)}


@dataclass(frozen=True)
class Credit:
    """One part of one person, as far as the record knows it."""

    kind: str
    person: User | None  # None: asked not to be named
    pilot: int | None
    need: int | None
    on: date
    said: tuple[str, ...] = ()
    unnamed: bool = False  # done without a name; told to nobody but themselves

    @property
    def name(self) -> str:
        return self.person.name if self.person else _("Somebody who asked not to be named")

    @property
    def label(self) -> str:
        return str(CreditKind(self.kind).label)

    @property
    def words(self) -> str:
        """ "Wrote down what could do harm: “It does not hear”, “It invents a dose”"."""
        if not self.said:
            return self.label
        return f"{self.label}: " + ", ".join(f"“{one}”" for one in self.said)


def _named(rows: Iterable[tuple[str, int, int | None, int | None, datetime, str]]) -> list[Credit]:
    """Put together what is one part of one person, with their names; in order of parts, then of names."""
    together: dict[tuple[str, int, int | None, int | None], list[tuple[datetime, str]]]
    together = defaultdict(list)
    for kind, who, pilot, need, at, said in rows:
        together[kind, who, pilot, need].append((at, said))
    people = User.objects.in_bulk({who for _kind, who, _pilot, _need in together})
    found = []
    for (kind, who, pilot, need), each in together.items():
        each.sort()
        words = dict.fromkeys(_word(kind, said) for _at, said in each if said)
        found.append(
            Credit(kind, people[who], pilot, need, dates.day_of(each[0][0]), tuple(words)[:SAID])
        )
    return in_order(found)


def _word(kind: str, said: str) -> str:
    return str(ReviewArea(said).label) if kind == CreditKind.REVIEWED else said


def in_order(found: Iterable[Credit]) -> list[Credit]:
    return sorted(
        found, key=lambda one: (_ORDER[one.kind], one.person.name if one.person else "", one.on)
    )


def credits_of(pilots: Sequence[Pilot], *, reader: User) -> dict[int, list[Credit]]:
    """Who had which part in each of these pilots, for somebody who sees them: five statements for all."""
    keys = [one.pk for one in pilots]
    if not keys:
        return {}
    grown = Pilot.needs.through.objects.filter(
        pilot__in=keys, need__in=Need.objects.visible_to(reader).values("pk")
    ).values_list("pilot_id", "need_id")
    by_need = defaultdict(list)
    for pilot_id, need_id in grown:
        by_need[need_id].append(pilot_id)
    rows = [
        (kind, who, where, None, at, said) for kind, who, where, at, said in recorded(pilots=keys)
    ]
    unnamed = []
    off_pilots, off_needs = _left_out(keys, by_need)
    for need in Need.objects.filter(pk__in=by_need).only(*_NEED):
        author, day = need.submitted_by_id, need.submitted_at
        for pilot_id in by_need[need.pk]:
            if need.anonymous:
                unnamed.append(_unnamed(need, pilot_id))
            elif (author, need.pk) not in off_needs:
                rows.append((CreditKind.NOTICED, author, pilot_id, None, day, need.title))
    rows += [
        (CreditKind.SHARED, who, pilot_id, None, at, "")
        for who, need_id, at in _noted(by_need)
        for pilot_id in by_need[need_id]
        if (who, need_id) not in off_needs
    ]
    found: dict[int, list[Credit]] = {key: [] for key in keys}
    for one in [*unnamed, *_named(row for row in rows if (row[1], row[2]) not in off_pilots)]:
        assert one.pilot is not None
        found[one.pilot].append(one)
    return {key: in_order(each) for key, each in found.items()}


def _left_out(
    pilots: Iterable[int], needs: Iterable[int]
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Who took their name off which of these pilots, and off which of these needs."""
    either = Q(pilot__in=list(pilots)) | Q(need__in=list(needs))
    rows = CreditLeftOut.objects.filter(either).values_list("person_id", "pilot_id", "need_id")
    return (
        {(who, pilot) for who, pilot, _need in rows if pilot},
        {(who, need) for who, _pilot, need in rows if need},
    )


_NEED = ("title", "submitted_by", "submitted_at", "anonymous")


def _unnamed(need: Need, pilot_id: int | None) -> Credit:
    day = dates.day_of(need.submitted_at)
    said = (need.title,) if pilot_id else ()  # on its own page it is known
    return Credit(CreditKind.NOTICED, None, pilot_id, need.pk, day, said, unnamed=True)


def _noted(needs: Iterable[int]) -> QuerySet[Voice, tuple[int, int, datetime]]:
    """Voices with a note: they are named on the need's own page already."""
    found = Voice.objects.filter(need__in=list(needs), person__isnull=False).exclude(note="")
    return found.order_by().values_list("person_id", "need_id", "at")


def credit_of_pilot(pilot: Pilot, *, reader: User) -> list[Credit]:
    return credits_of([pilot], reader=reader)[pilot.pk]


def credit_of_need(need: Need) -> list[Credit]:
    """Who noticed a need and who shares it, as its own page names them."""
    off = set(CreditLeftOut.objects.filter(need=need).values_list("person_id", flat=True))
    noted = {
        one.person_id: Credit(CreditKind.SHARED, one.person, None, need.pk, dates.day_of(one.at))
        for one in (notes_on(need) if need.voice_count else ())
        if one.person_id not in off
    }
    if need.anonymous:
        first = [_unnamed(need, None)]
    else:
        day = dates.day_of(need.submitted_at)
        author = Credit(CreditKind.NOTICED, need.submitted_by, None, need.pk, day)
        first = [] if need.submitted_by_id in off else [author]
    return in_order([*first, *noted.values()])


def credit_of_person(person: User) -> list[Credit]:
    """All that the record says of one person, for themselves: also what they did without their name."""
    rows = [
        (kind, who, where, None, at, said)
        for kind, who, where, at, said in recorded(person=person.pk)
    ]
    noticed = [
        Credit(
            CreditKind.NOTICED,
            person,
            None,
            one.pk,
            dates.day_of(one.submitted_at),
            unnamed=one.anonymous,
        )
        for one in Need.objects.filter(submitted_by=person).only(*_NEED)
    ]
    shared = [
        Credit(CreditKind.SHARED, person, None, one.need_id, dates.day_of(one.at))
        for one in Voice.objects.filter(person=person)
    ]
    return in_order([*noticed, *shared, *_named(rows)])


def people_of(found: Iterable[Credit]) -> list[User]:
    """Everybody who is named, once each."""
    return list({one.person.pk: one.person for one in found if one.person}.values())


@dataclass(frozen=True)
class WhoMayBeThanked:
    """People by name; and authors of needs who asked not to be named, by their needs."""

    people: tuple[User, ...]
    authors: tuple[Need, ...]


def may_be_thanked(thing: Pilot | Need, *, reader: User) -> WhoMayBeThanked:
    """Whom its page names: whoever took their name off is not told of here either. A lead and a sponsor are
    named there as such. Nobody thanks themselves."""
    if isinstance(thing, Pilot):
        found = people_of(credit_of_pilot(thing, reader=reader))
        found += [one for one in (thing.lead, thing.sponsor) if one is not None]
        needs = list(thing.needs.visible_to(reader).filter(anonymous=True).only(*_NEED))
    else:
        found = people_of(credit_of_need(thing))
        needs = [thing] if thing.anonymous else []
    people = {one.pk: one for one in found if one.is_active and one.pk != reader.pk}
    return WhoMayBeThanked(
        tuple(sorted(people.values(), key=lambda one: one.name)),
        tuple(one for one in needs if one.submitted_by_id != reader.pk),
    )


def left_out_by(person: User) -> tuple[set[int], set[int]]:
    """Of which pilots and which needs somebody took their name off."""
    rows = CreditLeftOut.objects.filter(person=person).values_list("pilot_id", "need_id")
    pilots = {pilot for pilot, _need in rows if pilot is not None}
    return pilots, {need for _pilot, need in rows if need is not None}


def who_leads(person: User) -> list[User]:
    """Who leads the unit of this person, or the nearest unit above it that somebody leads."""
    return nearest_leaders(person.unit, but={person.pk}) if person.unit else []
