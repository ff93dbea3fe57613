"""Learning cards in words, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.money import money
from innovation.rules.numbers import number
from pilots.learning.endings import CardOutcome, StopGround
from pilots.learning.models import LearningCard
from pilots.learning.permissions import sees_spared_money
from pilots.metrics.models import Dimension

TONES = {
    CardOutcome.SCALED: "done",
    CardOutcome.STOPPED: "done",
    CardOutcome.PIVOTED: "active",
    CardOutcome.TAKEN_OUT: "stopped",
}


def tone(card: LearningCard) -> str:
    """Stopping by the rule is an answer as scaling is; a stop without or against it is not."""
    if card.outcome == CardOutcome.STOPPED and not card.kept_rule:
        return "stopped"
    return TONES[CardOutcome(card.outcome)]


def what_became(card: LearningCard) -> str:
    """Stopped by its rule; Scaled."""
    if card.outcome == CardOutcome.STOPPED:
        return str(StopGround(card.ground).label)
    return str(CardOutcome(card.outcome).label)


@dataclass(frozen=True)
class Honour:
    """A stop as its page says it: on what ground, with what it spared and how that was counted."""

    card: LearningCard
    title: str
    ground: str
    spared: str
    how: tuple[str, ...]

    @property
    def kind(self) -> str:
        return "better" if self.card.kept_rule else "note"


def honour_of(user: User, card: LearningCard) -> Honour | None:
    if card.outcome != CardOutcome.STOPPED:
        return None
    with_money = sees_spared_money(user, card)
    return Honour(
        card,
        _("An honoured stop") if card.kept_rule else what_became(card),
        _ground(card),
        spared_said(card, with_money=with_money),
        tuple(_how(card, with_money=with_money)),
    )


def _ground(card: LearningCard) -> str:
    match card.ground:
        case StopGround.RULE:
            said = _(
                "It was stopped as its rule, agreed before the first number, said it would be: %(because)s"
                " Finding that out is what a pilot is for."
            )
        case StopGround.SAFETY if card.kept_rule:
            said = _(
                "It was stopped for safety, as its rule, agreed before the first number, said it would be:"
                " %(because)s"
            )
        case StopGround.SAFETY:
            said = _(
                "It was stopped for safety: harm was shown, an alarm was open, or safety held it."
            )
        case StopGround.AGAINST:
            said = _(
                "Its rule said something else. Why it was stopped all the same stands with the decision."
            )
        case StopGround.NO_RULE:
            said = _("No agreed rule said what was to become of it.")
        case _:
            said = _(
                "Its team, its sponsor or the office ended it before its outcome was decided on."
            )
    return said % {"because": card.because} if "%(because)s" in said else said


@dataclass(frozen=True)
class SparedByStop:
    """A pilot that was stopped by its rule, with what this person may read of what it spared."""

    card: LearningCard
    money: Decimal | None
    hours: Decimal | None

    @property
    def sentence(self) -> str:
        return spared_said(self.card, with_money=self.money is not None)


def spared_by(user: User, cards: Iterable[LearningCard]) -> list[SparedByStop]:
    return [
        SparedByStop(
            card,
            card.spared_money if sees_spared_money(user, card) else None,
            card.spared_hours,
        )
        for card in cards
    ]


def spared_said(card: LearningCard, *, with_money: bool) -> str:
    """It spared $41,000 and 310 hours of people's time. Empty where nothing is known, or nothing was left."""
    parts = []
    if with_money and card.spared_money:
        parts.append(money(card.spared_money))
    if card.spared_hours:
        parts.append(
            _("%(hours)s hours of people's time") % {"hours": number(card.spared_hours, 0)}
        )
    if not parts:
        return ""
    return _("It spared %(what)s.") % {"what": _(" and ").join(parts)}


def _how(card: LearningCard, *, with_money: bool) -> list[str]:
    how: Mapping[str, Any] = card.spared_how
    told = []
    if with_money and "awarded" in how:
        told.append(
            _(
                "Money: %(awarded)s awarded, of which %(spent)s was spent; the rest went back to its fund."
            )
            % {"awarded": money(how["awarded"]), "spent": money(how["spent"])}
        )
    elif with_money and "given_back" in how:
        told.append(_("Money: what its award gave back to the fund when it ended."))
    for share in how.get("shares", ()):
        told.append(
            _("Time: %(percent)s %% of full time, from %(start)s to %(end)s: %(hours)s hours.")
            % {
                "percent": share["percent"],
                "start": dates.day_in_words(date.fromisoformat(share["starts_on"])),
                "end": dates.day_in_words(date.fromisoformat(share["ends_on"])),
                "hours": number(share["hours"]),
            }
        )
    if how.get("shares"):
        told.append(
            _("Full time counts as %(hours)s hours a week.") % {"hours": how["full_time_hours"]}
        )
    if card.spared_hours is None:
        told.append(_("The time that it freed was not counted when it ended."))
    return told


def verdicts_of(card: LearningCard) -> list[tuple[str, str, str]]:
    """The verdict strip, as it was when it ended."""
    return [
        (str(Dimension(one["dimension"]).label), one["word"], one["sentence"])
        for one in card.facts.get("verdicts", ())
        if one["word"] != "no_data"
    ]


def trust_of(card: LearningCard) -> list[str]:
    """What is to be known of the numbers before anybody leans on them."""
    facts, told = card.facts, []
    stale = facts.get("marks", {}).get("stale", ())
    if stale:
        told.append(
            _("Its numbers were older than they should be: %(metrics)s.")
            % {"metrics": "; ".join(stale)}
        )
    told += [one["sentence"] for one in facts.get("corrected", ())]
    if facts.get("changed"):
        told.append(_("Its plan was changed after it was agreed; the decision says how."))
    return told


class LearningOut(serializers.ModelSerializer[LearningCard]):
    """A card; give the person who asks in the context as `user`."""

    unit = serializers.CharField(source="pilot.unit.name")
    became = serializers.SerializerMethodField(help_text="In words.")
    ask = serializers.CharField(source="ask.name")
    published = serializers.SerializerMethodField()
    spared_money = serializers.SerializerMethodField(
        help_text="Of a stop: awarded and not spent; null where it is not known, or not for you to see."
    )
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = LearningCard
        fields = (
            "id", "pilot", "unit", "title", "outcome", "became", "ended_on", "ground", "kept_rule",
            "because", "spared_money", "spared_hours", "problem", "tried", "seen", "works_for",
            "next_team", "ask", "version", "published", "published_at", "page",
        )  # fmt: skip
        read_only_fields = fields

    def get_became(self, card: LearningCard) -> str:
        return what_became(card)

    def get_published(self, card: LearningCard) -> bool:
        return card.version > 0

    def get_spared_money(self, card: LearningCard) -> str | None:
        if not sees_spared_money(self.context["user"], card):
            return None
        return f"{card.spared_money:.2f}"


class OneLearningOut(LearningOut):
    facts = serializers.JSONField(
        help_text="What was measured, as it was kept when the pilot ended."
    )

    class Meta(LearningOut.Meta):
        fields = (*LearningOut.Meta.fields, "facts")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]
