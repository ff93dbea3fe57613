"""What groups said as numbers that a pilot follows (metrics/inside.py).

Whatever is given is made of what `queries.readings` shows, rounded as it is shown: a hidden reading is in
no number, and no number tells more than the pages of the rounds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from innovation.rules import dates
from innovation.web.typed_forms import Words
from pilots.connectors import group_answers
from pilots.connectors.measurement import Cadence
from pilots.lifecycle.models import Pilot
from pilots.metrics import inside
from pilots.metrics.inside import Binding, InsideNumbers, Options
from pilots.metrics.models import Dimension, Direction, MetricKind, MetricRole
from pilots.surveys import queries
from pilots.surveys.library import ADKAR, BUILT_IN
from pilots.surveys.models import Instrument, SurveyRound
from pilots.surveys.queries import RoundReading


@dataclass(frozen=True)
class Followable:
    """An instrument, and those of its questions of which there is a mean, by their place."""

    key: str
    name: Words
    scale: tuple[int, int]
    questions: dict[int, Words]

    @property
    def options(self) -> list[tuple[str, str]]:
        score = (reading_of(self.key), _("%(name)s: the score of all") % {"name": self.name})
        return [score, *((reading_of(self.key, at), str(q)) for at, q in self.questions.items())]


@dataclass(frozen=True)
class _Part:
    """What one group said, as it is shown."""

    round: SurveyRound
    n: int
    value: Decimal


def reading_of(instrument: str, position: int | None = None) -> str:
    """How a metric names it: the score, or one question."""
    return instrument if position is None else f"{instrument}.{position}"


_BUILT_IN = {
    one.key: Followable(
        one.key,
        one.name,
        (one.lowest, one.highest),
        {place: item.short for place, item in enumerate(one.items, start=1) if not item.kinds},
    )
    for one in BUILT_IN.values()
}


def followable() -> dict[str, Followable]:
    entered = Instrument.objects.exclude(key__in=_BUILT_IN).prefetch_related("items")
    return _BUILT_IN | {
        one.key: Followable(
            one.key,
            one.name,
            (one.lowest, one.highest),
            {item.position: item.heading for item in one.items.all()},
        )
        for one in entered
    }


def offered_beside(instrument: str, label: str) -> dict[str, Options]:
    """What may be followed of what stands on a page: of one instrument, and of one group or of all."""
    shown = _BUILT_IN.get(instrument) or followable()[instrument]
    return {"reading": shown.options, "group": [(label, label)]}


def all_offered(pilot: Pilot) -> dict[str, Options]:
    """The same for all pages; a group by each spelling of its name."""
    labels = dict.fromkeys(one.label for one in queries.rounds_of(pilot))
    return {
        "reading": [choice for one in followable().values() for choice in one.options],
        "group": [("", _all()), *((one, one) for one in labels)],
    }


class GroupAnswers:
    def options(self, pilot: Pilot) -> dict[str, Options]:
        groups = _groups(pilot).values()
        return {
            "reading": [(str(one.name), one.options) for one in followable().values()],
            "group": [("", _all()), *((one, one) for one in groups)],
        }

    def problem(self, pilot: Pilot, binding: Binding) -> str:
        key, position = queries.asked_of(binding)
        instrument = followable().get(key)
        if instrument is None or not (position is None or position in instrument.questions):
            return _("There is no such question. Choose what groups of the pilot are asked.")
        if (group := _group(binding)) and group not in _groups(pilot):
            return _("No group of this name was asked yet.")
        return ""

    def suggested(self, pilot: Pilot, binding: Binding) -> dict[str, str]:
        key, position = queries.asked_of(binding)
        asked = followable()[key]
        name = str(asked.name)
        if position is not None:
            name = _("%(instrument)s: %(question)s") % {
                "instrument": name,
                "question": asked.questions[position],
            }
        if whom := _groups(pilot).get(_group(binding), ""):
            name = _("%(number)s, %(group)s") % {"number": name, "group": whom}
        lowest, highest = asked.scale
        return {
            "group": whom,
            "name": name[:160],
            "definition": _("Mean of what people of the groups answered, from %(a)s to %(b)s")
            % {"a": lowest, "b": highest},
            "role": MetricRole.SECONDARY,
            "kind": MetricKind.VALUE,
            "measure_unit": _("points"),
            "direction": Direction.HIGHER,
            "dimension": Dimension.ADOPTION if key == ADKAR.key else Dimension.EXPERIENCE,
            "cadence": Cadence.WEEK,
        }

    def numbers(self, pilot: Pilot, binding: Binding, cadence: Cadence) -> InsideNumbers:
        """One a period, by the day on which the groups were asked: of each group what it said last."""
        key, position = queries.asked_of(binding)
        group = _group(binding)
        rounds = [
            one for one in queries.rounds_of(pilot, key) if group in ("", one.label.casefold())
        ]
        found = queries.readings(rounds)
        periods: dict[date, dict[str, _Part]] = defaultdict(dict)
        for one in rounds:
            reading = found.get(one.pk)
            value = None if reading is None else _value(reading, position)
            if reading is not None and value is not None:
                part = _Part(one, reading.n, Decimal(str(value)))
                periods[cadence.starts(one.wave)][one.label.casefold()] = part
        rows = [
            {
                "line": period.isoformat(),
                "period": period.isoformat(),
                "value": str(_together(parts.values())),
                "n": sum(one.n for one in parts.values()),
                "said": f"{dates.day_in_words(period)}: {_named(parts.values())}",
            }
            for period, parts in sorted(periods.items())
        ]
        last = periods[max(periods)].values() if periods else ()
        return InsideNumbers(json.dumps(rows).encode(), _origin(key, last))


def _all() -> str:
    return _("All who were asked")


def _groups(pilot: Pilot) -> dict[str, str]:
    """What its groups are called, as they were called last."""
    return {one.label.casefold(): one.label for one in queries.rounds_of(pilot)}


def _group(binding: Binding) -> str:
    """As rounds of one group are known: by their label, in whichever case."""
    return str(binding.get("group") or "").casefold()


def _value(reading: RoundReading, position: int | None) -> float | None:
    if position is None:
        return reading.score
    return next((one.mean for one in reading.items if one.item.position == position), None)


def _together(parts: Iterable[_Part]) -> Decimal:
    parts = list(parts)
    mean = sum((one.value * one.n for one in parts), Decimal(0)) / sum(one.n for one in parts)
    return mean.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _named(parts: Iterable[_Part]) -> str:
    """The rounds by their numbers, as what a group is called is kept in one place."""
    return get_text_list(
        [
            _("round %(number)s, closed on %(day)s")
            % {
                "number": one.round.pk,
                "day": dates.day_in_words(dates.day_of(one.round.closed_at)),
            }
            for one in parts
            if one.round.closed_at is not None
        ],
        _("and"),
    )


def _origin(key: str, parts: Iterable[_Part]) -> str:
    name = followable()[key].name
    return _("%(instrument)s: %(rounds)s") % {
        "instrument": name,
        "rounds": _named(parts) or _("nothing to show yet"),
    }


inside.register(group_answers.KIND.key, GroupAnswers())
