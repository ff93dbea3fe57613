"""Calls for help: what each is about is known to the room whose thing it is, which says who may see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Model, Q

from innovation.people.models import User
from innovation.talent.disciplines import OpenFor
from innovation.talent.models import HelpCall, HelpOffer, HelpOfferQuerySet, TalentProfile
from innovation.talent.queries.people import earned, known_skills, labels_of
from innovation.web.panels import HelpSubject, gather, panels

MOST_SHOWN = 200


@dataclass(frozen=True)
class Called:
    """A call with what it is about, as this user may see it."""

    call: HelpCall
    subject: HelpSubject
    skills: list[str]
    because: list[str]  # why it fits this user; empty on other lists


def subjects(user: User, refs: Collection[str]) -> dict[str, HelpSubject]:
    """Those of these things that the user may see. Every room is asked once for all of them."""
    if not refs:
        return {}
    return {one.ref: one for one in gather(HelpSubject, "help-subjects", user, sorted(set(refs)))}


def subject_of(user: User, ref: str) -> HelpSubject | None:
    return subjects(user, [ref]).get(ref)


def calls_about(
    user: User, thing: Model, *, today: date
) -> tuple[HelpSubject | None, list[Called]]:
    """The open calls about a thing whose page this user has before them."""
    subject = next((one for room in panels("help-subject") if (one := room(user, thing))), None)
    if not isinstance(subject, HelpSubject):
        return None, []
    calls = list(HelpCall.objects.open(today=today).filter(about=subject.ref).for_list())
    if not calls or not subject.goes_on:
        return subject, []
    known = known_skills()
    return subject, [_called(one, subject, known) for one in calls]


def open_calls(user: User, *, today: date) -> list[Called]:
    """Open calls that the user may see, the one that ends soonest first."""
    near = Q(unit_id__within=user.reach()) | Q(asked_by=user.pk)
    calls = list(HelpCall.objects.open(today=today).filter(near).for_list()[:MOST_SHOWN])
    seen = subjects(user, [one.about for one in calls])
    known = known_skills()
    return [
        _called(one, seen[one.about], known)
        for one in calls
        if one.about in seen and seen[one.about].goes_on
    ]


def _called(
    call: HelpCall, subject: HelpSubject, known: dict[str, str], because: Iterable[str] = ()
) -> Called:
    return Called(call, subject, list(labels_of(call.skills, known).values()), list(because))


def fitting(user: User, calls: Iterable[Called]) -> list[Called]:
    """Those of these calls that fit this user: others ask for what they say they can or have done, and
    they are open for helping. Whoever has no profile is offered nothing."""
    profile = TalentProfile.objects.filter(person=user.pk).first()
    if profile is None or OpenFor.HELP not in profile.open_for:
        return []
    asked = [one for one in calls if one.call.skills and one.call.asked_by_id != user.pk]
    if not asked:
        return []
    offered = set(
        HelpOffer.objects.filter(person=user.pk, call__in=[one.call.pk for one in asked])
        .exclude(answer="withdrawn")
        .values_list("call", flat=True)
    )
    own = {*profile.skills, *(one.skill for one in earned(user, [user.pk]).get(user.pk, []))}
    known = known_skills()
    return [
        _called(one.call, one.subject, known, labels_of(fits, known).values())
        for one in asked
        if one.call.pk not in offered and (fits := [key for key in one.call.skills if key in own])
    ]


def own_offers(user: User) -> HelpOfferQuerySet:
    """What this user offered, the newest first."""
    return HelpOffer.objects.filter(person=user.pk).for_list().order_by("-pk")


def to_answer(call: HelpCall) -> HelpOfferQuerySet:
    """All that was offered to a call and not taken back; for whoever asked."""
    return HelpOffer.objects.filter(call=call).exclude(answer="withdrawn").for_list()
