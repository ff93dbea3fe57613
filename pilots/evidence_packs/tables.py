"""The tables of a pack: what was asked of each metric, its numbers, those of the sites that it is
compared with, and what was made of them. Pure.

Each number is written with 17 significant digits, so that who reads it has the very same one. From
`plan.csv`, `data.csv` and `sites.csv` the question and the numbers are read back as they were.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from innovation.web.csv_file import safe_cell
from pilots.evidence.designs import EvidenceDesign
from pilots.evidence.numbers import Numbers, SeriesPlan, answer, baseline_of, settled_at
from pilots.evidence.sites import NEED_BEFORE, TIGHTEST_AFTER, SitePanel
from pilots.metrics.series import Series
from pilots.statistics import before_after
from pilots.statistics.before_after import Fit, Halves
from pilots.statistics.guardrails import GuardrailState

DATA = (
    "metric", "period", "value", "numerator", "denominator", "n", "expected", "version", "baseline",
    "since_go_live", "settled", "history", "counted_otherwise",
)  # fmt: skip
PLAN = (
    "metric", "name", "role", "design", "kind", "cadence", "direction", "target", "limit", "margin",
    "level", "steady", "live", "live_on", "settling_weeks", "baseline_from", "baseline_until", "baseline_missing",
    "parts", "need_before", "tightest_after",
)  # fmt: skip
SITES = ("metric", "site", "name", "period", "live", "value", "cases")
RESULTS = (
    "metric", "verdict", "refused", "estimate", "lower", "upper", "before", "after",
    "points_before", "points_after", "n_before", "n_after", "dispersion", "autocorrelation",
    "uneven", "unlike", "level_estimate", "level_lower", "level_upper", "level_points",
    "level_autocorrelation", "level_uneven", "level_unlike", "harm_signal", "run_length",
    "boundary", "times", "since", "began", "beyond", "usual_risk", "expected_since",
)  # fmt: skip

Cell = str | float | int | bool | date | None
Row = Mapping[str, Cell]


@dataclass(frozen=True)
class ComparedSite:
    """A site of a metric's panel. `name`: empty where a reader may not know it."""

    site: int
    name: str
    live_on: date | None
    periods_before: int
    periods_since: int


@dataclass(frozen=True, eq=False)
class AnsweredMetric:
    """One metric of a pack: its number, its names, and its answer. `site_names`: those that a reader of
    the pack may know, by the number of the site."""

    key: str
    name: str
    role: str
    numbers: Numbers
    site_names: Mapping[int, str] = field(default_factory=dict)

    @property
    def design(self) -> str:
        """How the effect is found; the scripts of a pack have a function for each."""
        return str(self.numbers.design.design)

    @property
    def panel(self) -> SitePanel | None:
        """The numbers of the sites, where they are compared."""
        return None if self.numbers.against is None else self.numbers.against.panel


def written(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """The rows as CSV, the same bytes for the same rows."""
    kept = io.StringIO()
    writer = csv.writer(kept, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(row.get(name)) for name in columns] for row in rows)
    return kept.getvalue().encode()


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def cell(value: Cell) -> str:
    """As it is written: empty where there is none, a number in so many digits that it stays one."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{float(value):.17g}"
    return str(value)


def plan_row(one: AnsweredMetric) -> Row:
    asked = one.numbers.question
    by_sites = one.numbers.design.design is EvidenceDesign.SITES
    return {
        "metric": one.key,
        "name": safe_cell(one.name),
        "role": one.role,
        "design": one.design,
        "kind": "rate" if asked.rate else "proportion" if asked.proportion else "value",
        "cadence": asked.cadence,
        "direction": asked.direction,
        "target": asked.target,
        "limit": asked.limit,
        "margin": asked.margin,
        "level": asked.level,
        "steady": asked.steady,
        "live": one.numbers.go_live is not None,
        "live_on": asked.live_on,
        "settling_weeks": asked.settling_weeks,
        "baseline_from": asked.baseline_from,
        "baseline_until": asked.baseline_until,
        "baseline_missing": one.numbers.baseline_missing,
        "parts": asked.parts,
        "need_before": NEED_BEFORE[asked.cadence] if by_sites else None,
        "tightest_after": TIGHTEST_AFTER[asked.cadence] if by_sites else None,
    }


def data_rows(one: AnsweredMetric) -> list[Row]:
    """One row a period, those without a number too."""
    numbers = one.numbers
    series = numbers.series
    nothing = np.full(len(series), np.nan)
    window = _window(numbers)
    since, otherwise = numbers.go_live, numbers.counted_otherwise_until or 0
    settled = settled_at(series, numbers.question, since)
    history = numbers.design.history & (numbers.design.design is not EvidenceDesign.BEFORE_AFTER)
    parts = zip(
        series.values.tolist(),
        (nothing if series.numerators is None else series.numerators).tolist(),
        (nothing if series.denominators is None else series.denominators).tolist(),
        series.n.tolist(),
        (nothing if series.expected is None else series.expected).tolist(),
        strict=True,
    )
    return [
        {
            "metric": one.key,
            "period": series.periods[i],
            "value": value if np.isfinite(value) else None,
            "numerator": over,
            "denominator": under,
            "n": n,
            "expected": expected,
            "version": int(series.versions[i]) or None,
            "baseline": bool(window[i]),
            "since_go_live": since is not None and i >= since,
            "settled": settled is not None and i >= settled,
            "history": bool(history[i]),
            "counted_otherwise": i < otherwise,
        }
        for i, (value, over, under, n, expected) in enumerate(parts)
    ]


def sites_of(one: AnsweredMetric) -> list[ComparedSite]:
    """The sites that are compared, in the order of the panel; nothing where none are."""
    panel, asked = one.panel, one.numbers.question
    if panel is None:
        return []
    days = [asked.live_on, *(site.live_on for site in asked.sites)]
    known = np.isfinite(panel.values)
    before, since = ((known & cells).sum(axis=1).tolist() for cells in (~panel.live, panel.live))
    return [
        ComparedSite(site, one.site_names.get(site, ""), days[site], *points)
        for site, *points in zip(panel.sites, before, since, strict=True)
    ]


def site_rows(one: AnsweredMetric) -> list[Row]:
    """One row a site and period, the cells that say nothing too: they keep their place."""
    panel = one.panel
    if panel is None:
        return []
    return [
        {
            "metric": one.key,
            "site": site,
            "name": safe_cell(one.site_names.get(site, "")),
            "period": period,
            "live": live,
            "value": value,
            "cases": cases,
        }
        for site, *cells in zip(
            panel.sites,
            panel.live.tolist(),
            panel.values.tolist(),
            panel.cases.tolist(),
            strict=True,
        )
        for period, live, value, cases in zip(panel.periods, *cells, strict=True)
    ]


def result_row(one: AnsweredMetric) -> Row:
    """Every number behind the verdict, as the product has it."""
    numbers = one.numbers
    found: dict[str, Cell] = {"metric": one.key, "verdict": str(numbers.verdict)}
    if numbers.analysis is None:
        return found
    effect, level, rail = numbers.effect, numbers.level, numbers.guardrail
    if effect is not None:
        fit = None if numbers.modelled else effect_fit(numbers)
        found |= {
            "refused": "" if effect.refused is None else effect.refused.code,
            "estimate": effect.estimate,
            "lower": effect.lower,
            "upper": effect.upper,
            "before": effect.before,
            "after": effect.after,
            "points_before": effect.points_before,
            "points_after": effect.points_after,
            "n_before": effect.n_before,
            "n_after": effect.n_after,
            "dispersion": effect.dispersion,
            "autocorrelation": effect.autocorrelation,
            "uneven": None if fit is None else float(fit.uneven[0]),
            "unlike": None if fit is None else float(fit.unlike[0]),
        }
    if level is not None:
        fit = before_after.fit_of(_halves(numbers, same=True))
        found |= {
            "level_estimate": level.estimate,
            "level_lower": level.lower,
            "level_upper": level.upper,
            "level_points": level.points,
            "level_autocorrelation": float(fit.autocorrelation[0]),
            "level_uneven": float(fit.uneven[0]),
            "level_unlike": float(fit.unlike_after[0]),
        }
    if rail is not None and rail.state is not GuardrailState.NO_DATA:
        breached = rail.state is GuardrailState.BREACHED
        found |= {
            "harm_signal": breached,
            "run_length": rail.run_length,
            "boundary": rail.boundary,
            "times": rail.times,
            "since": rail.since if breached else None,
            "began": rail.began,
            "beyond": rail.beyond,
        }
    if numbers.by_risk:
        assert numbers.risk is not None and numbers.risk.expected is not None
        told = float(np.nansum(numbers.risk.expected[numbers.since]))
        found |= {"usual_risk": numbers.risk.usual, "expected_since": told}
    return found


def effect_fit(numbers: Numbers) -> Fit:
    """The weighted means of before and after, and what is left around them."""
    return before_after.fit_of(_halves(numbers, same=False))


def answered_again(
    plan: Mapping[str, str],
    rows: Sequence[Mapping[str, str]],
    sites: Sequence[Mapping[str, str]] = (),
) -> AnsweredMetric:
    """What the product's engine makes of a metric, read from a pack's tables alone."""
    asked = _question(plan)
    series = _series(rows, counted=asked.counted, rate=asked.rate)
    meanings = np.array([_counts_the_same(plan, row) for row in rows], dtype=np.int64)
    numbers = answer(series, asked, meanings, _panel(sites))
    names = {int(row["site"]): row["name"] for row in sites}
    return AnsweredMetric(plan["metric"], plan["name"], plan["role"], numbers, names)


def _window(numbers: Numbers) -> NDArray[np.bool_]:
    window = np.zeros(len(numbers.series), dtype=bool)
    if numbers.series.known:
        window[baseline_of(numbers.series, numbers.question, numbers.go_live)[0]] = True
    return window


def _halves(numbers: Numbers, *, same: bool) -> Halves:
    """Before and after as they were compared; `same`: without what was counted otherwise."""
    series = numbers.series
    since = settled_at(series, numbers.question, numbers.go_live)
    kept = np.ones(len(series), dtype=bool)
    if same:
        kept[: numbers.counted_otherwise_until or 0] = False
    if since is None:
        before, after = np.zeros(len(series), dtype=bool), kept
    else:
        before, after = _window(numbers) & kept, (np.arange(len(series)) >= since) & kept
    if numbers.question.rate:
        assert series.numerators is not None and series.denominators is not None
        return before_after.halves_of_rates(
            series.numerators[before],
            series.denominators[before],
            series.numerators[after],
            series.denominators[after],
        )
    if numbers.question.proportion:
        assert series.numerators is not None and series.denominators is not None
        over, under = series.numerators, series.denominators
        if numbers.risk is not None and numbers.risk.patients is not None:
            under = numbers.risk.patients
        return before_after.halves_of_proportions(
            over[before], under[before], over[after], under[after], parts=not numbers.by_risk
        )
    return before_after.halves_of_values(
        series.values[before],
        series.values[after],
        cases_before=series.n[before],
        cases_after=series.n[after],
    )


def _counts_the_same(plan: Mapping[str, str], row: Mapping[str, str]) -> bool:
    if plan["design"] != EvidenceDesign.BEFORE_AFTER and row["since_go_live"] != "1":
        return row["history"] == "1"
    return row["counted_otherwise"] != "1"


def _question(plan: Mapping[str, str]) -> SeriesPlan:
    return SeriesPlan(
        proportion=plan["kind"] == "proportion",
        rate=plan["kind"] == "rate",
        cadence=plan["cadence"],
        direction=plan["direction"],
        target=_number(plan["target"]),
        limit=_number(plan["limit"]),
        margin=_number(plan["margin"]),
        baseline_from=_day(plan["baseline_from"]),
        baseline_until=_day(plan["baseline_until"]),
        live_on=_day(plan["live_on"]),
        steady=plan["steady"] == "1",
        design=plan["design"],
        settling_weeks=int(plan["settling_weeks"]),
        level=float(plan["level"]),
        # Packs of before there were sites do not say.
        parts=plan.get("parts") == "1",
    )


def _series(rows: Sequence[Mapping[str, str]], *, counted: bool, rate: bool) -> Series:
    def column(name: str) -> NDArray[np.float64]:
        return np.array([float(row[name]) if row[name] else np.nan for row in rows])

    # Packs of before there were expected numbers do not say.
    expected = np.array([float(row.get("expected") or "nan") for row in rows])
    return Series(
        periods=[date.fromisoformat(row["period"]) for row in rows],
        values=column("value"),
        numerators=column("numerator") if counted else None,
        denominators=column("denominator") if counted else None,
        n=column("n"),
        versions=np.array([int(row["version"] or 0) for row in rows], dtype=np.int64),
        expected=expected if np.isfinite(expected).any() else None,
        rate=rate,
    )


def _panel(rows: Sequence[Mapping[str, str]]) -> SitePanel:
    sites = sorted({int(row["site"]) for row in rows})
    periods = sorted({row["period"] for row in rows})
    shape = len(sites), len(periods)
    if len(rows) != len(sites) * len(periods):
        raise ValueError(
            f"sites.csv has {len(rows)} rows for {shape[0]} sites and {shape[1]} periods."
        )
    whole = sorted(rows, key=lambda row: (int(row["site"]), row["period"]))

    def column(name: str) -> NDArray[np.float64]:
        return np.array([float(row[name] or "nan") for row in whole]).reshape(shape)

    return SitePanel(
        sites,
        [date.fromisoformat(period) for period in periods],
        column("value"),
        column("cases"),
        column("live") == 1,
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
