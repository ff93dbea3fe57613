"""Who can do what: of people who switched their profile on, and of nobody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from innovation.people.models import Unit, User
from innovation.talent.disciplines import Discipline
from innovation.talent.models import AddedSkill, TalentProfile, TalentProfileQuerySet
from innovation.talent.skills import BaseSkill
from innovation.web.panels import EarnedSkill, gather

# More than anybody reads; whoever looks further narrows it.
MOST_FOUND = 100


@dataclass(frozen=True)
class Sought:
    """What somebody looks for."""

    skill: str = ""
    discipline: str = ""
    unit: Unit | None = None
    open_for: str = ""
    words: str = ""

    @property
    def asks_the_record(self) -> bool:
        return bool(self.skill or self.words)


@dataclass(frozen=True)
class FoundPerson:
    """Somebody who can be found, with what they say and what the record shows."""

    profile: TalentProfile
    claimed: Mapping[str, str]  # by key
    earned: list[EarnedSkill] = field(default_factory=list)
    because_earned: list[EarnedSkill] = field(default_factory=list)  # what answers the question
    because_said: list[str] = field(default_factory=list)

    @property
    def person(self) -> User:
        return self.profile.person

    @property
    def discipline(self) -> str:
        return str(Discipline(self.profile.discipline).label)


def known_skills() -> dict[str, str]:
    """The name of every skill, by its key; also of those that are not offered any more."""
    return {
        **{one.value: str(one.label) for one in BaseSkill},
        **{one.key: one.name for one in AddedSkill.objects.all()},
    }


def offered_skills(*, chosen: Collection[str] = ()) -> list[tuple[str, str]]:
    """What may be chosen, by name; what somebody chose already stays among it."""
    added = [
        (one.key, one.name)
        for one in AddedSkill.objects.all()
        if one.retired_at is None or one.key in chosen
    ]
    base = [(one.value, str(one.label)) for one in BaseSkill]
    return sorted([*base, *added], key=lambda each: each[1].lower())


def labels_of(keys: Iterable[str], known: Mapping[str, str]) -> dict[str, str]:
    return {key: known[key] for key in keys if key in known}


def earned(user: User, people: Collection[int]) -> dict[int, list[EarnedSkill]]:
    """What the record shows of each of these people, to this user: every room is asked once for all of
    them. Newest first."""
    found: dict[int, list[EarnedSkill]] = defaultdict(list)
    if people:
        for one in gather(EarnedSkill, "earned", user, list(people)):
            found[one.person].append(one)
    for rows in found.values():
        rows.sort(key=lambda one: (one.on, one.did, one.about), reverse=True)
    return found


def profile_of(user: User, pk: int) -> TalentProfile | None:
    """The profile of this person, where there is one and this user may read it."""
    return TalentProfile.objects.visible_to(user).for_list().filter(person=pk).first()


def shown(user: User, profiles: Iterable[TalentProfile]) -> list[FoundPerson]:
    """These profiles with what the record shows."""
    profiles = list(profiles)
    known = known_skills()
    record = earned(user, [one.person_id for one in profiles])
    return [
        FoundPerson(one, labels_of(one.skills, known), record.get(one.person_id, []))
        for one in profiles
    ]


def find(user: User, wanted: Sought, *, most: int = MOST_FOUND) -> list[FoundPerson]:
    """Whom this user may find for it. The nearest first: who has done it before who says so, then people
    of one's own unit, then by name; never by how often."""
    profiles = _narrowed(TalentProfile.objects.visible_to(user), wanted).for_list()
    if not wanted.asks_the_record:
        return shown(user, _nearest(user, profiles)[:most])
    people = list(profiles)
    known = known_skills()
    record = earned(user, [one.person_id for one in people])
    found = []
    for one in people:
        claimed, done = labels_of(one.skills, known), record.get(one.person_id, [])
        if (because := _because(one, claimed, done, wanted, known)) is not None:
            found.append(FoundPerson(one, claimed, done, *because))
    found.sort(key=lambda one: (not one.because_earned, *_nearness(user, one.profile)))
    return found[:most]


def _narrowed(profiles: TalentProfileQuerySet, wanted: Sought) -> TalentProfileQuerySet:
    if wanted.discipline:
        profiles = profiles.filter(discipline=wanted.discipline)
    if wanted.unit is not None:
        within = Unit.objects.descendants(wanted.unit, include_self=True)
        profiles = profiles.filter(person__unit__in=within)
    if wanted.open_for:
        profiles = profiles.filter(open_for__contains=[wanted.open_for])
    return profiles


def _nearest(user: User, profiles: Iterable[TalentProfile]) -> list[TalentProfile]:
    return sorted(profiles, key=lambda one: _nearness(user, one))


def _nearness(user: User, profile: TalentProfile) -> tuple[bool, str, int]:
    person = profile.person
    return (person.unit_id != user.unit_id, person.name.lower(), person.pk)


def _because(
    profile: TalentProfile,
    claimed: Mapping[str, str],
    done: list[EarnedSkill],
    wanted: Sought,
    known: Mapping[str, str],
) -> tuple[list[EarnedSkill], list[str]] | None:
    """Why somebody answers the question: what the record shows of it, and what they say. None: they do
    not."""
    if wanted.skill:
        done = [one for one in done if one.skill == wanted.skill]
        said = [claimed[wanted.skill]] if wanted.skill in claimed else []
        if not done and not said:
            return None
    else:
        said = []
    if not wanted.words:
        return done, said
    words = wanted.words.lower().split()[:8]
    by_record = [one for one in done if _holds(words, _text_of(one, known))]
    texts = [
        text
        for text in (
            *(said or claimed.values()), profile.line, profile.own_words, profile.wishes,
            profile.person.job_title,
        )
        if text and any(word in text.lower() for word in words)
    ]  # fmt: skip
    own = " ".join((*claimed.values(), profile.line, profile.own_words, profile.wishes,
                    profile.person.job_title, profile.person.name))  # fmt: skip
    if by_record:
        return by_record, texts
    return (done if wanted.skill else [], texts or said) if _holds(words, own) else None


def _text_of(one: EarnedSkill, known: Mapping[str, str]) -> str:
    return f"{one.did} {one.about} {known.get(one.skill, '')}"


def _holds(words: list[str], text: str) -> bool:
    text = text.lower()
    return all(word in text for word in words)
