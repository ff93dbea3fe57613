"""The instruments that come with Pilotlight. A further one is a row of `BUILT_IN`: nothing else is needed.

They are written into the tables when the first round is opened with them (`actions.instrument`), and
stay as they are from then on: another wording takes another key. Who answers reads them in their own
language, from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from innovation.web.typed_forms import Words


@dataclass(frozen=True)
class BuiltInItem:
    text: Words
    short: Words  # what heads its column
    reversed: bool = False  # a high answer is the bad one
    # What each answer says, the lowest first; without them the ends of the scale say enough.
    answers: tuple[Words, ...] = ()
    # The answers are kinds of things: they are counted, and in no mean and no score.
    kinds: bool = False


@dataclass(frozen=True)
class BuiltIn:
    key: str
    name: Words
    about: Words
    items: tuple[BuiltInItem, ...]
    lowest: int
    highest: int
    low_label: Words
    high_label: Words
    scoring: str = "mean"  # or "sum"
    missing_allowed: int = 0
    # Asks about the pilot itself, so that the same people's answers on two pilots are of two things.
    about_pilot: bool = False


ADKAR = BuiltIn(
    key="adkar",
    name=_("Readiness pulse"),
    about=_(
        "Five short questions on a change: do people know why, want it, know how, manage it, keep it up."
    ),
    items=(
        BuiltInItem(_("I understand why this change is made."), _("Awareness")),
        BuiltInItem(_("I want to take part in it."), _("Desire")),
        BuiltInItem(_("I know what to do differently."), _("Knowledge")),
        BuiltInItem(_("I manage to do it in my daily work."), _("Ability")),
        BuiltInItem(_("I am helped to keep it up."), _("Reinforcement")),
    ),
    lowest=1,
    highest=5,
    low_label=_("Not at all"),
    high_label=_("Fully"),
    about_pilot=True,
)

HOURS = BuiltIn(
    key="hours",
    name=_("Hours given back"),
    about=_(
        "Two questions: how much of the time that is given back people feel, and where it went."
    ),
    items=(
        BuiltInItem(
            _("How much of the time that this is to give back do you feel?"),
            _("Felt"),
            answers=(
                _("None of it"),
                _("A little of it"),
                _("About half"),
                _("Most of it"),
                _("All of it"),
            ),
        ),
        BuiltInItem(
            _("Where did most of it go?"),
            _("Where it went"),
            answers=(
                _("Time with patients"),
                _("Getting home on time"),
                _("Teaching and learning"),
                _("Seeing more patients"),
                _("Making the work better"),
                _("Breaks and rest"),
                _("Other work swallowed it, or I cannot say"),
            ),
            kinds=True,
        ),
    ),
    lowest=1,
    highest=7,
    low_label=_("None of it"),
    high_label=_("All of it"),
    about_pilot=True,
)

BUILT_IN: dict[str, BuiltIn] = {one.key: one for one in (ADKAR, HOURS)}
