"""What keeps a group from a change, read from its pulse, and what is proposed against it.

The barrier is the first of the five that is low, in the order in which people take on a change (ADKAR;
Hiatt 2006): who does not know why cannot want it, who does not want it learns nothing. Whether most of
them were trained tells “they do not want it” from “they were never trained”.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from innovation.web.typed_forms import Words

LOW = 3.0  # the middle of 1 to 5: not more yes than no
GOOD = 4.0
MOST = 0.5  # of the people: below, the group counts as never trained


class Barrier(TextChoices):
    """In the order of the questions."""

    AWARENESS = "awareness", _("Awareness")
    DESIRE = "desire", _("Desire")
    KNOWLEDGE = "knowledge", _("Knowledge")
    ABILITY = "ability", _("Ability")
    REINFORCEMENT = "reinforcement", _("Reinforcement")


class GroupStanding(TextChoices):
    """What a group's pulse and its training say together."""

    UNAWARE = "unaware", _("Do not know why")
    UNWILLING = "unwilling", _("Do not want it")
    NEVER_TRAINED = "never_trained", _("Never trained")
    NOT_ABLE = "not_able", _("Trained, and do not manage yet")
    NOT_HELPED = "not_helped", _("Not helped to keep it up")
    READY = "ready", _("Ready")


@dataclass(frozen=True)
class ProposedAction:
    """Something that helped others against a barrier."""

    key: str
    barrier: Barrier
    text: Words


LIBRARY: tuple[ProposedAction, ...] = (
    ProposedAction("why_in_person", Barrier.AWARENESS, _("The lead tells the shift why, in person, with the numbers of the ward.")),
    ProposedAction("patient_story", Barrier.AWARENESS, _("A colleague tells at handover what went wrong before.")),
    ProposedAction("ask_what_stops", Barrier.DESIRE, _("Ask in an open hour what they would lose, and change the plan by it.")),
    ProposedAction("less_of", Barrier.DESIRE, _("Say what stops being done in return, and stop it.")),
    ProposedAction("let_them_choose", Barrier.DESIRE, _("Let the group choose how and when it begins.")),
    ProposedAction("train_on_shift", Barrier.KNOWLEDGE, _("Train on each shift, in protected time, nights and weekends too.")),
    ProposedAction("one_page", Barrier.KNOWLEDGE, _("One page at the place of work that says what to do differently.")),
    ProposedAction("champion_beside", Barrier.ABILITY, _("A champion stands beside them on their first three shifts.")),
    ProposedAction("clear_the_way", Barrier.ABILITY, _("Clear what is in the way: devices, log-ins, minutes.")),
    ProposedAction("show_results", Barrier.REINFORCEMENT, _("Show each month what it has changed on this ward.")),
    ProposedAction("thank_them", Barrier.REINFORCEMENT, _("Thank the group for what it has kept up, by name of the group.")),
)  # fmt: skip


def barrier_of(scores: Sequence[float | None]) -> Barrier | None:
    """The first low one of the five scores; one that is hidden says nothing.

    >>> barrier_of([4.2, 2.6, 2.1, 3.5, 4.0]).value
    'desire'
    """
    for barrier, score in zip(Barrier, scores, strict=True):
        if score is not None and score <= LOW:
            return barrier
    return None


def standing_of(barrier: Barrier | None, trained: float | None) -> GroupStanding:
    """`trained` is the share of the group that was trained; None where nobody knows.

    >>> standing_of(Barrier.KNOWLEDGE, 0.1).value, standing_of(Barrier.KNOWLEDGE, 0.9).value
    ('never_trained', 'not_able')
    """
    if barrier is None:
        return GroupStanding.READY
    if barrier is Barrier.AWARENESS:
        return GroupStanding.UNAWARE
    if barrier is Barrier.DESIRE:
        return GroupStanding.UNWILLING
    if barrier is Barrier.REINFORCEMENT:
        return GroupStanding.NOT_HELPED
    return (
        GroupStanding.NEVER_TRAINED
        if trained is not None and trained < MOST
        else GroupStanding.NOT_ABLE
    )


def aim_of(barrier: Barrier | None, standing: GroupStanding | None) -> Barrier | None:
    """What help should aim at: who was never trained needs training, whatever else is low.

    >>> aim_of(Barrier.ABILITY, GroupStanding.NEVER_TRAINED).value
    'knowledge'
    """
    return Barrier.KNOWLEDGE if standing is GroupStanding.NEVER_TRAINED else barrier


def proposed(barrier: Barrier | None) -> list[ProposedAction]:
    """What the library knows against it."""
    return [one for one in LIBRARY if one.barrier is barrier]
