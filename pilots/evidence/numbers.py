"""What the statistics say about one metric: arrays in, a frozen result out, no words yet.

Pure: it knows neither the database nor the clock nor a language.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pilots.evidence import designs
from pilots.evidence.designs import Against, Chosen, EvidenceDesign
from pilots.evidence.sites import ComparisonSite, SitePanel, SiteSeries, against_sites
from pilots.metrics.series import Floats, Series
from pilots.statistics import guardrails, verdicts
from pilots.statistics.analysis import (
    NO_GO_LIVE,
    Analyses,
    Fitted,
    Ints,
    Plans,
    SeriesAnalysis,
    analyses_of_proportions,
    analyses_of_rates,
    analyses_of_values,
    fitted_proportions,
    fitted_rates,
    fitted_values,
)
from pilots.statistics.before_after import of_rows
from pilots.statistics.effects import Effect, Level, Levels
from pilots.statistics.guardrails import Guardrail, GuardrailState
from pilots.statistics.rules import ImprovementDirection
from pilots.statistics.series import MIN_POINTS_OF_A_LEVEL, Bools
from pilots.statistics.standardisation import Standardised, standardised
from pilots.statistics.verdicts import Verdict

Meanings = NDArray[np.int64]
# Rows of a table: what lies between stays in the processor's cache, and little memory is taken.
AT_ONCE = 256
# Grows with each change of what is worked out here or in the statistics: all is worked out anew.
ANALYSIS = "2026-12-01"
# How often a pilot without any effect may ever be told that it has one, over all of its metrics.
PILOTS_ERROR = 0.05
PRIMARYS_PART = 0.8
# Of the interval of a guardrail's level.
GUARDRAILS_LEVEL = 0.95
LOOKS_A_YEAR = {"day": 365, "week": 52, "month": 12}
# How many robust standard deviations a wild point is from the others of its side.
WILD = 6.0
# What rests on a comparison of before and after.
COMPARED = (Verdict.BETTER, Verdict.NO_HARM_SHOWN, Verdict.HARM_SIGNAL)
# A longer wait than this is not foretold.
FORESEEABLE = 104


@dataclass(frozen=True)
class SeriesPlan:
    """What is asked of a series: its plan, as far as the statistics need it."""

    proportion: bool
    cadence: str
    direction: str
    target: float | None = None
    limit: float | None = None
    margin: float | None = None
    baseline_from: date | None = None
    baseline_until: date | None = None
    live_on: date | None = None
    # Whether it is known that without the pilot it would have stayed as it was.
    steady: bool = False
    # The design that a person chose; empty: by the rules.
    design: str = ""
    # So many weeks after go-live belong to neither side: training, ramp-up.
    settling_weeks: int = 0
    # The sites that it is compared with; nothing is asked of them where another design is chosen.
    sites: tuple[ComparisonSite, ...] = ()
    # Whether the sites that go live are parts of what this metric counts, which then is no site itself.
    parts: bool = False
    # How sure its interval is: its part of the pilot's error (`level_of`).
    level: float = 1 - PILOTS_ERROR
    # Events per exposure, of which there may be more than there is exposure; a count where that is one.
    rate: bool = False

    @property
    def counted(self) -> bool:
        """Whether both what is counted and in how many are known of each point."""
        return self.proportion or self.rate


@dataclass(frozen=True, eq=False)
class RiskAdjustment:
    """Of how many `patients` with the `usual` risk, the expected share before go-live, each point is
    compared, and how many were to be `expected` among those there were; NaN where a point has none. `refused`: why
    that cannot be taken into account, as in `Standardised`; empty where it is."""

    refused: str
    usual: float = math.nan
    patients: Floats | None = None
    expected: Floats | None = None


# Not frozen: one is made for each metric of a night, and freezing takes most of making one.
@dataclass(eq=False)
class Numbers:
    """The answer. `analysis` and `level` are None where there is not a single point."""

    question: SeriesPlan
    series: Series
    go_live: int | None
    design: Chosen
    baseline_points: int
    # A baseline is planned, and no number of it is known.
    baseline_missing: bool
    # From which point on all is counted as now, where some that it is compared with was not.
    counted_otherwise_until: int | None
    guardrail: Guardrail | None
    verdict: Verdict
    # What its history or other sites say; None where before and after are compared.
    against: Against | None = None
    # What the risks of its patients say; None where nobody says them.
    risk: RiskAdjustment | None = None
    # What it was worked out in, together with others, and its row there.
    tables: Tables | None = None
    row: int = 0

    @cached_property
    def analysis(self) -> SeriesAnalysis | None:
        if self.tables is None:
            return None
        found = self.tables.analyses.one(self.row)
        return found if self.against is None else replace(found, effect=self.against.effect)

    @cached_property
    def level(self) -> Level | None:
        return None if self.tables is None else self.tables.levels.one(self.row)

    @cached_property
    def wild(self) -> int | None:
        """A point that lies far from all others of its side."""
        since = settled_at(self.series, self.question, self.go_live)
        if since is None:
            return None
        compared = self.design.history
        if self.design.design is EvidenceDesign.BEFORE_AFTER:
            compared = np.zeros(len(self.series), dtype=bool)
            compared[baseline_of(self.series, self.question, self.go_live)[0]] = True
        return _wild(self.series, compared, since, self.expected)

    @property
    def expected(self) -> Floats | None:
        """What its history, other sites or the risks of its patients lead to expect without the pilot,
        point by point; None where they cannot say."""
        if self.against is not None:
            return self.against.expected
        if self.risk is None or self.risk.patients is None or self.effect is None:
            return None
        assert self.series.denominators is not None
        before = _or_nan(self.effect.before)
        expected: Floats = before * self.risk.patients / self.series.denominators
        return expected

    @property
    def by_history(self) -> bool:
        """Whether its difference is that from what its own history leads to expect."""
        return self.design.design is EvidenceDesign.INTERRUPTED and self.modelled

    @property
    def by_sites(self) -> bool:
        """Whether its difference is that from what other sites lead to expect."""
        return self.design.design is EvidenceDesign.SITES and self.modelled

    @property
    def by_risk(self) -> bool:
        """Whether the risks of the patients are taken into account."""
        return self.risk is not None and not self.risk.refused

    @property
    def since(self) -> slice:
        """The points since go-live that count what is counted now."""
        return slice(max(self.go_live or 0, self.counted_otherwise_until or 0), None)

    @property
    def modelled(self) -> bool:
        """Whether something else than its level before says what was to be expected."""
        return self.against is not None and self.against.effect.refused is None

    def __getstate__(self) -> dict[str, Any]:
        """What is its own: the tables are those of others, too."""
        own = {"analysis": self.analysis, "level": self.level, "tables": None}
        return {**self.__dict__, **own}

    @property
    def effect(self) -> Effect | None:
        return None if self.analysis is None else self.analysis.effect

    @property
    def enough(self) -> bool:
        """Whether there are points enough for limits to mean anything."""
        return self.baseline_points >= MIN_POINTS_OF_A_LEVEL

    @property
    def has_limits(self) -> bool:
        """Whether there is anything to draw limits from."""
        return self.series.known >= MIN_POINTS_OF_A_LEVEL and self.baseline_points > 0

    @property
    def last(self) -> float | None:
        known = self.series.values[np.isfinite(self.series.values)]
        return float(known[-1]) if len(known) else None


@dataclass(frozen=True, eq=False)
class Tables:
    """What was worked out of many series together."""

    analyses: Analyses
    levels: Levels


def level_of(role: str, roles: Sequence[str], *, primary: str) -> float:
    """How sure the interval of a metric is, so that the error of the pilot's metrics together is
    kept (Bonferroni, weighted): four fifths of it are the primary's, the others share the rest.

    `roles`: those of all metrics of the pilot on which a verdict is given, this one's included.

    >>> [round(level_of(role, ["p", "g", "s"], primary="p"), 3) for role in "pgs"]
    [0.96, 0.995, 0.995]
    >>> level_of("p", ["p"], primary="p"), level_of("s", ["s", "s"], primary="p")
    (0.95, 0.975)
    """
    first = sum(one == primary for one in roles)
    rest = len(roles) - first
    if not first or not rest:
        return 1 - PILOTS_ERROR / max(len(roles), 1)
    part = PRIMARYS_PART / first if role == primary else (1 - PRIMARYS_PART) / rest
    return 1 - PILOTS_ERROR * part


def answer(
    series: Series,
    question: SeriesPlan,
    meanings: Meanings | None = None,
    sites: Sequence[SiteSeries] | SitePanel = (),
) -> Numbers:
    """What `answers` says of one series."""
    return answers([series], [question], [meanings], [sites])[0]


def answers(
    series: Sequence[Series],
    questions: Sequence[SeriesPlan],
    meanings: Sequence[Meanings | None],
    sites: Sequence[Sequence[SiteSeries] | SitePanel] | None = None,
) -> list[Numbers]:
    """Chart, icons, effect, level, guardrail and verdict of many series at once. `meanings`: for each
    point a number that is the same where the same is counted; None where all of it is. `sites`: the
    numbers of the sites that each is compared with, or the table of them.

    Those that are asked the same way are worked out together, as rows of one table. What is said of
    a series does not depend on its neighbours there, bit by bit: its row is as wide alone.
    """
    found: list[Numbers | None] = [None] * len(series)
    groups: dict[_Kind, list[int]] = defaultdict(list)
    for place, (one, asked) in enumerate(zip(series, questions, strict=True)):
        if one.known == 0:
            nothing = designs.chosen(one, asked, None, None)
            found[place] = Numbers(asked, one, None, nothing, 0, False, None, None, Verdict.NO_DATA)
        else:
            groups[_Kind.of(one, asked)].append(place)
    for kind, places in groups.items():
        for begin in range(0, len(places), AT_ONCE):
            some = places[begin : begin + AT_ONCE]
            group = _Group.of(
                kind,
                [series[place] for place in some],
                [questions[place] for place in some],
                [meanings[place] for place in some],
                [() if sites is None else sites[place] for place in some],
            )
            for place, numbers in zip(some, _numbers(group), strict=True):
                found[place] = numbers
    return [numbers for numbers in found if numbers is not None]


class _Kind(NamedTuple):
    """What series must share to be worked out together."""

    proportion: bool
    rate: bool
    direction: str
    cadence: str
    width: int

    @property
    def counted(self) -> bool:
        return self.proportion or self.rate

    @classmethod
    def of(cls, series: Series, question: SeriesPlan) -> _Kind:
        width = _width(len(series))
        return cls(question.proportion, question.rate, question.direction, question.cadence, width)


def _width(points: int) -> int:
    """The columns of the table that a series lies in: so many that few widths serve all lengths, and
    at most an eighth of them empty. By the length alone: sums are grouped by the width of the row.

    >>> [_width(points) for points in (1, 16, 17, 52, 104, 105, 400)]
    [1, 16, 18, 52, 104, 112, 416]
    """
    step = 1 << max((points - 1).bit_length() - 4, 0)
    return -(-points // step) * step


@dataclass(frozen=True, eq=False)
class _Group:
    """Series of one kind, as rows of tables that are NaN behind the shorter ones."""

    kind: _Kind
    series: Sequence[Series]
    questions: Sequence[SeriesPlan]
    meanings: Sequence[Meanings | None]
    sites: Sequence[Sequence[SiteSeries] | SitePanel]
    # Counts and cases, or values and of how many cases each is the mean.
    columns: tuple[Floats, Floats]
    plans: Plans
    missing: Sequence[bool]
    designs: Sequence[Chosen]
    # From which point on all is counted as now; 0 where all of it is.
    counted_from: Ints
    # So many cases of the numerators as the risks of the patients let expect; None where nobody says.
    expected: Floats | None

    @classmethod
    def of(
        cls,
        kind: _Kind,
        series: Sequence[Series],
        questions: Sequence[SeriesPlan],
        meanings: Sequence[Meanings | None],
        sites: Sequence[Sequence[SiteSeries] | SitePanel],
    ) -> _Group:
        shape = len(series), kind.width
        columns = np.full(shape, np.nan), np.full(shape, np.nan)
        window = np.zeros(shape, dtype=bool)
        counted_from, go_live, settle = np.zeros((3, len(series)), dtype=np.int64)
        missing, chosen = [], []
        expected = (
            np.full(shape, np.nan) if any(one.expected is not None for one in series) else None
        )
        for row, (one, asked) in enumerate(zip(series, questions, strict=True)):
            points, start = len(one), _go_live(one, asked)
            first, second = _columns(one, asked)
            columns[0][row, :points] = first
            columns[1][row, :points] = second
            if expected is not None and one.expected is not None:
                expected[row, :points] = one.expected
            planned, none_known = baseline_of(one, asked, start)
            design = designs.chosen(one, asked, start, designs.same_as_the_last(one, meanings[row]))
            chosen.append(design)
            window[row, planned] = True
            missing.append(none_known)
            go_live[row] = NO_GO_LIVE if start is None else start
            since = start
            if asked.settling_weeks and start is not None:
                since = settled_at(one, asked, start)
                settle[row] = 0 if since is None else since - start
            compared: slice | Bools = planned
            if design.design is not EvidenceDesign.BEFORE_AFTER:
                compared = design.history
            counted = _counted_otherwise_until(one, meanings[row], compared, since)
            counted_from[row] = counted or 0
        plans = Plans(
            points=np.array([len(one) for one in series]),
            window=window,
            go_live=go_live,
            target=np.array([_or_nan(asked.target) for asked in questions]),
            level=np.array([asked.level for asked in questions]),
            settle=settle,
        )
        return cls(
            kind, series, questions, meanings, sites, columns, plans, missing, chosen, counted_from,
            expected,
        )  # fmt: skip

    @cached_property
    def counted(self) -> Bools | None:
        """Which points count what is counted now; None where all do."""
        if not self.counted_from.any():
            return None
        counted: Bools = np.arange(self.kind.width) >= self.counted_from[:, np.newaxis]
        return counted

    def alike(self, columns: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        """Columns without what was counted otherwise."""
        if self.counted is None:
            return columns
        first, second = (np.where(self.counted, column, np.nan) for column in columns)
        return first, second

    @cached_property
    def standard(self) -> Standardised | None:
        """How the patients' risks are taken into account; None where nobody says them."""
        if self.expected is None or not self.kind.proportion:
            return None
        return standardised(
            *self.columns,
            self.expected,
            self.plans,
            direction=self.kind.direction,
            counted=self.counted,
        )

    @cached_property
    def compared(self) -> tuple[Floats, Floats]:
        """The columns by which before and after are compared."""
        over, under = self.columns
        return over, under if self.standard is None else self.standard.instead(under)

    def risk(self, row: int) -> RiskAdjustment | None:
        """What the risks of the patients say of one series."""
        if self.standard is None or not self.standard.asked[row]:
            return None
        refused = self.standard.refused[row]
        if refused:
            return RiskAdjustment(refused)
        own = slice(len(self.series[row]))
        assert self.expected is not None
        patients = self.standard.patients[row, own]
        expected = np.where(np.isfinite(patients), self.expected[row, own], np.nan)
        return RiskAdjustment("", float(self.standard.usual[row]), patients, expected)


def _numbers(group: _Group) -> list[Numbers]:
    fitted = _fitted(group, group.compared)
    if group.kind.proportion:
        analyses = analyses_of_proportions(
            *group.columns, group.plans, fitted, direction=group.kind.direction
        )
    elif group.kind.rate:
        analyses = analyses_of_rates(
            *group.columns, group.plans, fitted, direction=group.kind.direction
        )
    else:
        analyses = analyses_of_values(
            group.columns[0], group.plans, fitted, direction=group.kind.direction
        )
    if group.counted is not None:
        fitted = _fitted(group, group.alike(group.compared))
    tables = Tables(analyses, Levels(*fitted, group.plans.level))
    rails = _guardrails(group, fitted)
    values = group.columns[0] / group.columns[1] if group.kind.counted else group.columns[0]
    points = (np.isfinite(values) & group.plans.window).sum(axis=1)
    against = _against(group, tables)
    words = _words(group, tables, rails, points, against)
    found = []
    known, counted_from = points.tolist(), group.counted_from.tolist()
    risky = group.standard is not None
    for row, (question, series, go_live) in enumerate(
        zip(group.questions, group.series, group.plans.go_live.tolist(), strict=True)
    ):
        found.append(
            Numbers(
                question,
                series,
                None if go_live == NO_GO_LIVE else go_live,
                group.designs[row],
                known[row],
                group.missing[row],
                counted_from[row] or None,
                rails.get(row),
                words[row],
                against.get(row),
                group.risk(row) if risky else None,
                tables,
                row,
            )
        )
    return found


def _against(group: _Group, tables: Tables) -> dict[int, Against]:
    """What their histories or other sites say of those that are judged by them."""
    found = {}
    for row, chosen in enumerate(group.designs):
        if chosen.design is EvidenceDesign.BEFORE_AFTER or not group.plans.live[row]:
            continue
        series, question = group.series[row], group.questions[row]
        plain, since = tables.analyses.effects.one(row), int(group.plans.since[row])
        if chosen.design is EvidenceDesign.INTERRUPTED:
            risk = group.risk(row)
            found[row] = designs.interrupted(
                series, question, chosen.history, since, plain=plain,
                patients=None if risk is None else risk.patients,
            )  # fmt: skip
        else:
            found[row] = against_sites(
                series, question, group.meanings[row], group.sites[row], plain=plain
            )
    return found


def _words(
    group: _Group,
    tables: Tables,
    rails: Mapping[int, Guardrail],
    points: Ints,
    against: Mapping[int, Against],
) -> list[Verdict]:
    """The verdicts: by the effect, or, where nothing was before, by the target."""
    effects, levels, plans = tables.analyses.effects, tables.levels, group.plans
    alike = group.counted_from == 0
    breached = np.zeros(len(points), dtype=bool)
    for row, rail in rails.items():
        breached[row] = rail.state is GuardrailState.BREACHED
    lower, upper = effects.lower, effects.upper
    comparable = np.array([asked.steady for asked in group.questions])
    if against:
        lower, upper = lower.copy(), upper.copy()
    for row, one in against.items():
        lower[row], upper[row] = _or_nan(one.effect.lower), _or_nan(one.effect.upper)
        comparable[row] = True
    words = verdicts.verdicts(
        lower,
        upper,
        plans.live & (effects.fit.points_after > 0),
        direction=group.kind.direction,
        margin=np.array([_or_nan(asked.margin) for asked in group.questions]),
        breached=breached,
        comparable=alike & comparable,
    )
    for row in np.flatnonzero((points == 0) & alike & ~np.array(group.missing)).tolist():
        question = group.questions[row]
        if words[row] is Verdict.INCONCLUSIVE and verdicts.target_reached(
            levels.one(row), target=question.target, direction=question.direction
        ):
            words[row] = Verdict.TARGET_REACHED
    return words


def _fitted(
    group: _Group,
    columns: tuple[Floats, Floats],
    plans: Plans | None = None,
    rows: Ints | None = None,
) -> Fitted:
    """Both halves by these columns; of some rows with other plans."""
    plans = group.plans if plans is None else plans
    if group.kind.proportion:
        cases = None if group.standard is None else group.columns[1]
        if cases is not None and rows is not None:
            cases = cases[rows]
        return fitted_proportions(*columns, plans, cases=cases)
    if group.kind.rate:
        return fitted_rates(*columns, plans)
    return fitted_values(*columns, plans)


def _guardrails(group: _Group, fitted: Fitted) -> dict[int, Guardrail]:
    """The guardrails of those of the series that went live and have a limit."""
    if group.kind.direction == ImprovementDirection.NEUTRAL:
        return {}
    limits = np.array([_or_nan(asked.limit) for asked in group.questions])
    rows = np.flatnonzero(np.isfinite(limits) & group.plans.live)
    if not len(rows):
        return {}
    plans = group.plans.of(rows)
    settles = bool(plans.settle.any())
    # Guardrails are watched from go-live on, whatever settles.
    plans = replace(plans, level=np.full(len(rows), GUARDRAILS_LEVEL), settle=0 * plans.settle)
    used = plans.before | plans.after

    def of_rails(columns: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
        first, second = (np.where(used, column[rows], np.nan) for column in group.alike(columns))
        return first, second

    first, second = of_rails(group.columns)
    asked: dict[str, Any] = {
        "limits": limits[rows],
        "direction": group.kind.direction,
        "looks_a_year": LOOKS_A_YEAR[group.kind.cadence],
    }
    some = of_rows(*fitted, rows)
    if settles:
        some = _fitted(group, of_rails(group.compared), plans, rows)
    if group.kind.proportion:
        if group.standard is not None and group.standard.rows[rows].any():
            asked["patients"] = np.where(used, group.standard.patients[rows], np.nan)
        found = guardrails.guardrails_of_proportions(first, second, plans, some, **asked)
    elif group.kind.rate:
        found = guardrails.guardrails_of_rates(first, second, plans, some, **asked)
    else:
        found = guardrails.guardrails_of_values(first, plans, some, **asked)
    return dict(zip(rows.tolist(), found, strict=True))


def _columns(series: Series, question: SeriesPlan) -> tuple[Floats, Floats]:
    if not question.counted:
        return series.values, series.n
    assert series.numerators is not None and series.denominators is not None
    return series.numerators, series.denominators


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _go_live(series: Series, question: SeriesPlan) -> int | None:
    if question.live_on is None:
        return None
    return series.position(question.live_on, question.cadence)


def baseline_of(series: Series, question: SeriesPlan, go_live: int | None) -> tuple[slice, bool]:
    """The points that set the limits: those of the planned window before go-live, or all before it
    where none is planned, or all. And whether no number of a planned window is known: then nothing
    is compared with anything else instead, and until go-live all points set the limits."""
    window = slice(0, len(series) if go_live is None else go_live)
    if question.baseline_from is None or question.baseline_until is None:
        return window, False
    first = bisect_left(series.periods, question.baseline_from)
    last = min(bisect_left(series.periods, question.baseline_until), window.stop)
    planned = slice(first, max(first, last))
    missing = not np.isfinite(series.values[planned]).any()
    return (window if missing and go_live is None else planned), missing


def settled_at(series: Series, question: SeriesPlan, go_live: int | None) -> int | None:
    """The first point that counts as after: the settling weeks belong to neither side."""
    if go_live is None or question.live_on is None or not question.settling_weeks:
        return go_live
    settled = question.live_on + timedelta(weeks=question.settling_weeks)
    return series.position(settled, question.cadence)


def _wild(
    series: Series,
    window: Bools,
    since: int,
    expected: Floats | None,
) -> int | None:
    """The point that lies furthest from its own side, where that is further than WILD robust standard
    deviations (1.4826 times the median distance), in the size of its cases."""
    sizes = np.where(series.n > 0, series.n, np.nan)
    after = np.zeros(len(series), dtype=bool)
    after[since:] = True
    found, furthest = None, WILD
    for side in (window, after):
        place = np.flatnonzero(side & np.isfinite(series.values))
        if len(place) < MIN_POINTS_OF_A_LEVEL:
            continue
        rest = series.values[place] - (0.0 if expected is None else expected[place])
        rest = rest - np.median(rest)
        if np.isfinite(sizes[place]).all():
            rest = rest * np.sqrt(sizes[place])
        usual = 1.4826 * float(np.median(np.abs(rest)))
        if usual > 0 and (distance := float(np.abs(rest).max()) / usual) > furthest:
            found, furthest = int(place[int(np.abs(rest).argmax())]), distance
    return found


def _counted_otherwise_until(
    series: Series, meanings: Meanings | None, window: slice | Bools, go_live: int | None
) -> int | None:
    """From which point on all that is compared means the same; None where all of it does."""
    if meanings is None:
        return None
    used = np.zeros(len(series), dtype=bool)
    used[window] = True
    if go_live is not None:
        used[go_live:] = True
    used &= np.isfinite(series.values)
    place = np.flatnonzero(used)
    other = place[meanings[place] != meanings[place[-1]]] if len(place) else place
    return int(place[place > other[-1]][0]) if len(other) else None


def more_points(effect: Effect, *, margin: float | None) -> int | None:
    """About how many points more make the answer clear, if the difference stays what it is; None
    where that cannot be said. The interval narrows with the square root of the points."""
    if effect.estimate is None or effect.lower is None or effect.upper is None:
        return None
    half = (effect.upper - effect.lower) / 2
    distance = max(abs(effect.estimate), margin or 0.0)
    if not half or not distance or effect.points_after == 0:
        return None
    needed = effect.points_after * (half / distance) ** 2
    more = math.ceil(needed - effect.points_after)
    return more if 0 < more <= FORESEEABLE else None
