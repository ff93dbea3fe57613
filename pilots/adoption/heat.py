"""The heat map in words: a sentence above it, and a word in each cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from innovation.rules.numbers import number, percent, signed
from pilots.adoption.barriers import GOOD, LOW, MOST, GroupStanding, ProposedAction
from pilots.adoption.models import AffectedGroup
from pilots.adoption.queries.readiness import GroupReadiness, TakenOn
from pilots.adoption.queries.use import GroupUse, Use
from pilots.metrics.queries import period_name

MOVED = 0.25  # of a point: less is the noise of who happened to answer


@dataclass(frozen=True)
class HeatCell:
    """A number with its word; the tone is one of the look's, and never says it alone."""

    word: str
    value: str = ""
    tone: str = "none"

    def __str__(self) -> str:
        return f"{self.word} {self.value}"


# What was written before: a heat map says the same few numbers and days again and again.
Written = dict[tuple[object, ...], Any]


@dataclass(frozen=True)
class HelpLine:
    """What is done for a group, in words; `key` of what may still be marked done."""

    said: str
    key: int | None


@dataclass(frozen=True)
class UseSource:
    """How use is known, in words; `metric` where one says it."""

    said: str
    metric: int | None


@dataclass(frozen=True)
class HeatRow:
    group: AffectedGroup
    cells: SafeString  # the five scores and who is trained
    active: HeatCell
    still_active: str
    said: str
    helped: Sequence[HelpLine]
    would_help: ProposedAction | None
    sources: Sequence[UseSource]  # of who uses it, and of after four weeks where it is another one
    n: int | None
    asked: str
    may_take_on: bool


def sentence(found: Sequence[GroupReadiness]) -> str:
    """What a colleague would say of all groups aloud."""
    if not found:
        return _("No group is named yet, so nobody can be asked.")
    read = [one for one in found if one.reading is not None]
    if not read:
        return _(
            "No pulse can be shown yet: it is closed first, and five of a group have answered."
        )
    parts = [
        ngettext(
            "%(n)s of %(all)s group has a pulse.",
            "%(n)s of %(all)s groups have a pulse.",
            len(found),
        )
        % {"n": len(read), "all": len(found)}
    ]
    never = [one.group.name for one in read if one.standing is GroupStanding.NEVER_TRAINED]
    unwilling = [one.group.name for one in read if one.standing is GroupStanding.UNWILLING]
    if never:
        parts.append(_("Never trained: %(groups)s.") % {"groups": ", ".join(never)})
    if unwilling:
        parts.append(_("Do not want it: %(groups)s.") % {"groups": ", ".join(unwilling)})
    ready = sum(one.standing is GroupStanding.READY for one in read)
    if ready:
        parts.append(ngettext("%(n)s is ready.", "%(n)s are ready.", ready) % {"n": ready})
    return " ".join(parts)


def rows(found: Sequence[GroupReadiness]) -> list[HeatRow]:
    """Each number is written once, however many groups have it."""
    known: Written = {}
    return [row(one, known) for one in found]


def row(one: GroupReadiness, known: Written | None = None) -> HeatRow:
    known = {} if known is None else known
    cells = [_drawn(_score, value, known) for value in one.scores]
    cells.append(_drawn(_trained, one.trained, known))
    return HeatRow(
        group=one.group,
        cells=mark_safe("".join(cells)),  # noqa: S308, each from a template
        active=_used(one.use.active, known),
        still_active=_later(_used(one.use.still_active, known), known),
        said=_said(one, known),
        helped=[_help(each, known) for each in _standing(one.helps)],
        would_help=one.would_help,
        sources=_sources(one.use, known),
        n=one.reading.n if one.reading else None,
        asked=_day(dates.day_of(one.pulse.round.opened_at), known) if one.pulse else "",
        may_take_on=one.barrier is not None,
    )


def words_of(one: GroupReadiness | None) -> str:
    """What keeps the group back, or where its pulse stands."""
    if one is None or one.reading is None:
        return _pulse(one)
    assert one.standing is not None
    return _kept_back(one.standing, None if one.trained is None else one.trained >= MOST)


def _said(one: GroupReadiness, known: Written) -> str:
    """As `words_of`: whose pulse was read says one of a few sentences."""
    if one.standing is None:
        return words_of(one)
    key = (one.standing, None if one.trained is None else one.trained >= MOST)
    if key not in known:
        known[key] = _kept_back(*key)
    return str(known[key])


def _kept_back(standing: GroupStanding, most_trained: bool | None) -> str:
    said = {
        GroupStanding.UNAWARE: _("They do not know why it is done."),
        GroupStanding.UNWILLING: _("They do not want it."),
        GroupStanding.NEVER_TRAINED: _("They were never trained."),
        GroupStanding.NOT_ABLE: _("They do not manage it yet."),
        GroupStanding.NOT_HELPED: _("They are not helped to keep it up."),
        GroupStanding.READY: _("Nothing keeps them back."),
    }
    words = said[standing]
    if standing is GroupStanding.UNWILLING and most_trained:
        words = _("They were trained, and do not want it.")
    if standing is not GroupStanding.READY and most_trained is None:
        words = _("%(words)s Whether they were trained is not known.") % {"words": words}
    return words


def _pulse(one: GroupReadiness | None) -> str:
    if one is None or one.last is None:
        return _("Not asked yet.")
    if one.last.round.closed_at is None:
        return _("Asked until %(day)s.") % {
            "day": dates.day_in_words(dates.day_of(one.last.round.closes_at))
        }
    return _("Fewer than five answered.")


def _once(
    write: Callable[[float | None], HeatCell], value: float | None, known: Written
) -> HeatCell:
    key = (write.__name__, value)
    if key not in known:
        known[key] = write(value)
    cell: HeatCell = known[key]
    return cell


def _drawn(
    write: Callable[[float | None], HeatCell], value: float | None, known: Written
) -> SafeString:
    key = ("drawn", write.__name__, value)
    if key not in known:
        cell = _once(write, value, known)
        known[key] = render_to_string("pilots/adoption/heat_cell.html", {"cell": cell})
    drawn: SafeString = known[key]
    return drawn


def _score(value: float | None) -> HeatCell:
    if value is None:
        return HeatCell(_("Not known"))
    shown = number(value, 1)
    if value <= LOW:
        return HeatCell(_("Low"), shown, "concern")
    return (
        HeatCell(_("Good"), shown, "better")
        if value >= GOOD
        else HeatCell(_("Middling"), shown, "common")
    )


def _trained(share: float | None) -> HeatCell:
    if share is None:
        return HeatCell(_("Not known"))
    if share < MOST:
        return HeatCell(_("Few"), percent(share), "concern")
    return HeatCell(_("Most"), percent(share), "common")


def _share(share: float | None) -> HeatCell:
    if share is None:
        return HeatCell(_("Not counted"))
    if share < MOST:
        return HeatCell(_("Few"), percent(share), "concern")
    return HeatCell(_("Most"), percent(share), "better")


def _used(use: Use | None, known: Written) -> HeatCell:
    """What is known and not shown is known all the same."""
    if use is not None and use.share is None:
        return HeatCell(_("Not shown"))
    return _once(_share, None if use is None else use.share, known)


def _later(cell: HeatCell, known: Written) -> str:
    key = ("later", cell)
    if key not in known:
        known[key] = _("After four weeks: %(use)s") % {"use": cell}
    return str(known[key])


def _day(day: date, known: Written) -> str:
    if ("day", day) not in known:
        known["day", day] = dates.day_in_words(day)
    return str(known["day", day])


def _standing(helps: Sequence[TakenOn]) -> list[TakenOn]:
    """What is not done yet, and the last that was taken on."""
    return [one for one in helps if one.action.done_at is None or one is helps[-1]]


def _help(taken: TakenOn, known: Written) -> HelpLine:
    action = taken.action
    said = {
        "who": action.owner.name,
        "day": _day(action.until, known),
        "what": action.what,
        "then": _moved(taken, known),
    }
    if action.done_at is not None:
        return HelpLine(_("%(who)s has done: %(what)s %(then)s") % said, None)
    return HelpLine(_("%(who)s, until %(day)s: %(what)s %(then)s") % said, action.pk)


def _moved(taken: TakenOn, known: Written) -> str:
    if taken.moved is None:
        return _("The next pulse shows whether it moved.")
    name = taken.action.get_barrier_display()
    if abs(taken.moved) < MOVED:
        return _("%(barrier)s did not move.") % {"barrier": name}
    by = known.setdefault(("moved", taken.moved), "") or signed(taken.moved, 1)
    known["moved", taken.moved] = by
    return _("%(barrier)s moved by %(by)s.") % {"barrier": name, "by": by}


def _sources(use: GroupUse, known: Written) -> list[UseSource]:
    active, later = use.active, use.still_active
    found = [] if active is None else [_source(active, known)]
    if later is not None and (
        active is None
        or (active.metric, active.source, active.on) != (later.metric, later.source, later.on)
    ):
        found.append(_source(later, known))
    return found


def _source(use: Use, known: Written) -> UseSource:
    """Whether a metric says it or somebody typed it, with its day; a metric's number with its n and how fresh
    it is, as on its own page."""
    if use.metric is None or use.period is None or use.freshness is None:
        key = ("typed", use.source, use.on)
        if key not in known:
            said = _("Typed: %(source)s, %(day)s") % {
                "source": use.source,
                "day": _day(use.on, known),
            }
            known[key] = UseSource(said, None)
        typed: UseSource = known[key]
        return typed
    of = {
        "metric": use.metric.name,
        "source": use.source,
        "period": period_name(use.period, use.metric.cadence),
        "fresh": use.freshness.sentence,
        "n": "" if use.n is None else number(use.n),
    }
    said = (
        _("%(metric)s, from %(source)s, %(period)s. %(fresh)s") % of
        if use.n is None
        else _("%(metric)s, from %(source)s, %(period)s, n %(n)s. %(fresh)s") % of
    )
    return UseSource(said, use.metric.pk)
