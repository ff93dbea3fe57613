"""The charts that `spc` draws: which columns each needs, and what is said of a series on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pilots.management.commands._spc_rows import NamedSeries
from pilots.statistics import charts, rules
from pilots.statistics.charts import ControlChart, Subgroups
from pilots.statistics.rules import RuleSignals, Signals
from pilots.statistics.series import Floats, Remark, padded

# What was asked on the command line, each of the type that its argument says.
Options = dict[str, Any]
Numbers = Callable[[str], Floats]  # the role's numbers of all series, (series, points)


@dataclass(frozen=True)
class ChartKind:
    """A chart: the roles its columns play, and how it is drawn from them."""

    words: str
    roles: tuple[str, ...]
    draw: Callable[[Numbers, Options], ControlChart]
    takes: tuple[str, ...] = ("baseline", "exclude", "steps")
    proportion: bool = False
    whole: tuple[str, ...] = ()  # the roles that count, of which there are no parts
    events: bool = False  # several points may lie at one time
    standard: tuple[str, ...] = ()  # what may be given: the centre, sigma


def _xbar(which: str) -> Callable[[Numbers, Options], ControlChart]:
    def draw(of: Numbers, options: Options) -> ControlChart:
        if which in ("xbar_s", "s"):
            groups = Subgroups(sizes=of("n"), means=of("mean"), sds=of("sd"))
            pair = charts.xbar_s(groups, **options)
            return pair.xbar if which == "xbar_s" else pair.s
        groups = Subgroups(sizes=of("n"), means=of("mean"), ranges=of("range"))
        both = charts.xbar_r(groups, **options)
        return both.xbar if which == "xbar_r" else both.r

    return draw


FREEZE = ("baseline", "exclude", "steps")
SCREENED = (*FREEZE, "screen")
KINDS = {
    "xmr": ChartKind(
        "individual values",
        ("value",),
        lambda of, o: charts.xmr(of("value"), **o),
        SCREENED,
        standard=("centre", "sigma"),
    ),
    "mr": ChartKind(
        "moving ranges",
        ("value",),
        lambda of, o: charts.mr(of("value"), **o),
        SCREENED,
        standard=("sigma",),
    ),
    "i_prime": ChartKind(
        "values that rest on unlike sizes (Taylor)",
        ("value", "n"),
        lambda of, o: charts.i_prime(of("value"), of("n"), **o),
        SCREENED,
        standard=("centre", "sigma"),
    ),
    "p": ChartKind(
        "proportions",
        ("numerator", "denominator"),
        lambda of, o: charts.p_chart(of("numerator"), of("denominator"), **o),
        (*SCREENED, "laney"),
        proportion=True,
        whole=("numerator", "denominator"),
        standard=("centre",),
    ),
    "np": ChartKind(
        "counts out of a number",
        ("numerator", "denominator"),
        lambda of, o: charts.np_chart(of("numerator"), of("denominator"), **o),
        proportion=True,
        whole=("numerator", "denominator"),
        standard=("centre",),
    ),
    "u": ChartKind(
        "rates",
        ("numerator", "denominator"),
        lambda of, o: charts.u_chart(of("numerator"), of("denominator"), **o),
        (*SCREENED, "laney", "per"),
        whole=("numerator",),
        standard=("centre",),
    ),
    "c": ChartKind(
        "counts",
        ("numerator",),
        lambda of, o: charts.c_chart(of("numerator"), **o),
        whole=("numerator",),
        standard=("centre",),
    ),
    "g": ChartKind(
        "cases between events",
        ("value",),
        lambda of, o: charts.g_chart(of("value"), **o),
        whole=("value",),
        events=True,
    ),
    "t": ChartKind(
        "time between events",
        ("value",),
        lambda of, o: charts.t_chart(of("value"), **o),
        SCREENED,
        events=True,
    ),
    "run": ChartKind(
        "values around their median",
        ("value",),
        lambda of, o: charts.run_chart(of("value"), **o),
        standard=("centre",),
    ),
    "xbar_s": ChartKind(
        "means of subgroups, by their SDs",
        ("n", "mean", "sd"),
        _xbar("xbar_s"),
        whole=("n",),
        standard=("centre", "sigma"),
    ),
    "s": ChartKind(
        "SDs of subgroups",
        ("n", "mean", "sd"),
        _xbar("s"),
        whole=("n",),
        standard=("centre", "sigma"),
    ),
    "xbar_r": ChartKind(
        "means of subgroups, by their ranges",
        ("n", "mean", "range"),
        _xbar("xbar_r"),
        whole=("n",),
        standard=("centre", "sigma"),
    ),
    "r": ChartKind(
        "ranges of subgroups",
        ("n", "mean", "range"),
        _xbar("r"),
        whole=("n",),
        standard=("centre", "sigma"),
    ),
}
ROLES = ("value", "numerator", "denominator", "n", "mean", "sd", "range")
Judge = Callable[[ControlChart, Options], Signals | RuleSignals]
RULES: dict[str, Judge] = {
    "mdc": lambda chart, o: rules.mdc(chart, run=o["run"], trend=o["trend"]),
    "western_electric": lambda chart, o: rules.western_electric(chart),
    "nelson": lambda chart, o: rules.nelson(chart),
}
LANEY: dict[str, str | bool] = {"auto": "auto", "yes": True, "no": False, "wider": "wider"}


@dataclass(frozen=True)
class Charted:
    """A series on its chart, with what the rules and icons say of it."""

    series: NamedSeries
    chart: ControlChart
    signals: dict[str, dict[str, np.ndarray]]
    classes: list[str]
    variation: str
    assurance: str
    runs: list[dict[str, int]]
    refused: Remark | None


def summarise(series: NamedSeries) -> None:
    """Raw subgroups as their sizes, means, SDs and ranges."""
    groups = charts.summarised(padded([p.numbers["value"] for p in series.points]))
    columns = {"n": groups.sizes, "mean": groups.means, "sd": groups.sds, "range": groups.ranges}
    for number, point in enumerate(series.points):
        point.numbers = {
            role: [float(np.asarray(column)[number])]
            for role, column in columns.items()
            if column is not None
        }


def charted(
    kind: ChartKind, group: list[NamedSeries], given: Options, options: Options
) -> Iterator[Charted]:
    """Series that share their options, charted in one go."""

    def of(role: str) -> Floats:
        return padded([one.column(role) for one in group])

    takes = (*kind.takes, *(name for name in kind.standard if given[name] is not None))
    chart = kind.draw(of, {name: given[name] for name in takes})
    found = {name: RULES[name](chart, options) for name in options["rules"]}
    judged = rules.mdc(chart, run=options["run"], trend=options["trend"])
    classes = rules.classes(judged, options["direction"])
    variations = list(rules.variation(judged, options["direction"]))
    assurances = list(rules.assurance(chart, options["target"], options["direction"]))
    runs = rules.anhoej(chart)
    for row, one in enumerate(group):
        points = len(one.points)
        yield Charted(
            series=one,
            chart=_cut(chart.one(row), points),
            signals={
                name: {rule: mask[row, :points] for rule, mask in signals.masks.items()}
                for name, signals in found.items()
            },
            classes=[str(word) for word in classes[row, :points]],
            variation=str(variations[row]),
            assurance=str(assurances[row]),
            runs=[
                {
                    "phase": phase,
                    "useful": int(runs.useful[row, phase]),
                    "longest_run": int(runs.longest_run[row, phase]),
                    "longest_run_max": int(runs.longest_run_max[row, phase]),
                    "crossings": int(runs.crossings[row, phase]),
                    "crossings_min": int(runs.crossings_min[row, phase]),
                    "signal": bool(runs.signal[row, phase]),
                }
                for phase in range(runs.useful.shape[1])
            ],
            refused=chart.refused.get(row),
        )


def _cut(chart: ControlChart, points: int) -> ControlChart:
    """Without the padding behind a shorter series."""
    names = ("values", "centre", "lower", "upper", "sigma", "used", "excluded", "phase")
    cut = {name: getattr(chart, name)[:points] for name in names}
    if chart.denominators is not None:
        cut["denominators"] = chart.denominators[:points]
    return replace(chart, **cut)
