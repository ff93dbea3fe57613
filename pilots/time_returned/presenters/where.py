"""Where hours went: what they were meant for, what the group said, and what a measure of each use shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from innovation.rules.numbers import number, percent
from pilots.evidence.queries import Reading
from pilots.surveys.queries import RoundReading
from pilots.time_returned import account
from pilots.time_returned.account import GroupSaid, Hours
from pilots.time_returned.models import TimeDeclaration, TimeUse
from pilots.time_returned.presenters.words import ends, signed
from pilots.time_returned.queries import PilotHours, Went


@dataclass(frozen=True)
class UseShown:
    """One use: how much was meant for it, how many hours went there by what was said, and what is seen."""

    label: str
    share: int | None
    hours: Hours | None
    measure: Reading | None
    no_measure: str = ""

    @property
    def amount(self) -> str:
        return "" if self.hours is None else signed(self.hours.estimate)

    @property
    def ends(self) -> str:
        return "" if self.hours is None else ends(self.hours)

    @property
    def seen(self) -> str:
        """The measured change of its measure."""
        if self.measure is None:
            return ""
        return self.measure.interval or _("no number yet")


@dataclass(frozen=True)
class WhereShown:
    """All uses, and beside them what stays unknown: it is no use, and is shared out among none."""

    uses: list[UseShown]
    unknown: UseShown | None
    not_asked: UseShown | None
    sentence: str


def where_shown(
    said: TimeDeclaration,
    found: PilotHours | None,
    asked: Sequence[tuple[RoundReading, GroupSaid]],
    readings: Sequence[Reading],
) -> WhereShown:
    by_metric = {one.metric.pk: one for one in readings}
    meant = {one.use: one for one in said.uses.all()}
    went = None
    if asked and found is not None and found.hours is not None and found.hours.estimate > 0:
        went = account.where_it_went(found.by_month, [one for _reading, one in asked])
    uses = []
    for use, label in TimeUse.choices:
        declared = meant.get(use)
        hours = None if went is None else went.uses.get(use)
        if declared is None and hours is None:
            continue
        measure = by_metric.get(declared.measure_id or 0) if declared else None
        uses.append(
            UseShown(
                str(label),
                None if declared is None else declared.share,
                hours,
                measure,
                "" if declared is None else declared.no_measure,
            )
        )
    unknown = not_asked = None
    if went is not None:
        unknown = UseShown(_("Absorbed or unknown"), None, went.unknown, None)
        if went.not_asked.estimate:
            not_asked = UseShown(_("Since they were asked last"), None, went.not_asked, None)
    return WhereShown(uses, unknown, not_asked, _sentence(asked, counted=went is not None))


@dataclass(frozen=True)
class WentShown:
    """The hours of several pilots by use, and the rest of them."""

    uses: list[UseShown]
    rest: UseShown
    nobody_said: str
    sentence: str


def went_shown(went: Went, *, known: int) -> WentShown:
    """`known`: of how many pilots the hours are known."""
    all_of_them = went.together
    labels = dict(TimeUse.choices)
    nobody_said = ""
    if went.asked and all_of_them.not_asked.estimate:
        nobody_said = _(
            "Of it, %(n)s hours are of pilots and months of which no group has said anything."
        ) % {"n": signed(all_of_them.not_asked.estimate)}
    sentence = _(
        "No group was asked yet, or fewer than five answered. Until then it is not known where they went."
    )
    if went.asked:
        sentence = ngettext(
            "In %(n)s of %(known)s pilots whose hours are known, its people said where they went.",
            "In %(n)s of %(known)s pilots whose hours are known, their people said where they went.",
            went.asked,
        ) % {"n": number(went.asked), "known": number(known)}
    return WentShown(
        [
            UseShown(str(labels[use]), None, all_of_them.uses[use], None)
            for use in TimeUse.values
            if use in all_of_them.uses
        ],
        UseShown(_("Absorbed or unknown"), None, all_of_them.rest, None),
        nobody_said,
        sentence,
    )


def _sentence(asked: Sequence[tuple[RoundReading, GroupSaid]], *, counted: bool) -> str:
    if not asked:
        return _(
            "Nobody was asked yet, or fewer than five answered. Until then it is not known where they went."
        )
    reading, said = asked[-1]
    first = ngettext(
        "On %(day)s, %(n)s person said that they feel %(felt)s of it.",
        "On %(day)s, %(n)s people said that they feel %(felt)s of it.",
        reading.n,
    ) % {
        "day": dates.day_in_words(dates.day_of(reading.closed_at)),
        "n": number(reading.n),
        "felt": percent(said.felt),
    }
    if not counted:
        return _("%(said)s There are no hours yet to say that of.") % {"said": first}
    return _(
        "%(said)s What nobody felt, what other work swallowed and what few said is nobody's."
    ) % {"said": first}
