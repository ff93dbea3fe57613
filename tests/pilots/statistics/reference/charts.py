"""What our control charts answer to the published cases: METHOD by method, SERIES by id.

Each function takes the input of a case and gives the numbers its package gives, with the choices
of that package: qicharts2 (3 / 1.128, screening, σz as published) and qcc (no screening, d2
to three places).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from pilots.statistics import charts
from pilots.statistics.charts import constants

Case = dict[str, Any]
QICHARTS = charts.QICHARTS_FACTOR


def lines(chart: charts.ControlChart) -> Case:
    """Centre and limits (one number where they do not move), and the points beyond, from 1."""

    def told(line: np.ndarray) -> Any:
        return float(line[0]) if np.ptp(line) < 1e-12 * max(abs(line[0]), 1) else line.tolist()

    beyond = (chart.values > chart.upper) | (chart.values < chart.lower)
    cl, lcl, ucl = told(chart.centre), told(chart.lower), told(chart.upper)
    return {
        "cl": cl,
        "center": cl,
        "lcl": lcl,
        "ucl": ucl,
        "y": chart.values.tolist(),
        "beyond": [int(i) + 1 for i in np.flatnonzero(beyond)],
    }


def choices(case: Case) -> Case:
    """Baseline, points left out and steps as the cases name them (positions from 1)."""
    return {
        "baseline": case.get("baseline_points"),
        "exclude": [position - 1 for position in case.get("exclude", ())],
        "steps": case.get("rebase_after", ()),
    }


def rates(kind: str, laney: bool) -> Callable[[Case], Case]:
    chart_of = charts.p_chart if kind == "p" else charts.u_chart

    def answer(case: Case) -> Case:
        chart = chart_of(
            case["numerator"],
            case["denominator"],
            laney=laney,
            per=case.get("multiply", 1),
            **choices(case),
        )
        return lines(chart)

    return answer


def c_chart(case: Case) -> Case:
    return lines(charts.c_chart(case["count"], **choices(case)))


def np_chart(case: Case) -> Case:
    return lines(charts.np_chart(case["count"], case["size"]))


def spc_constants(case: Case) -> Case:
    names = ("A2", "A3", "B3", "B4", "c4", "d2", "d3", "D3", "D4")
    return {name: getattr(constants, name)(case["n"]).tolist() for name in names}


def g_chart(case: Case) -> Case:
    chart = charts.g_chart(case["between"])
    return {**lines(chart), "mean": float(chart.level[0])}


def t_chart(case: Case) -> Case:
    return lines(
        charts.t_chart(case["hours_between" if "hours_between" in case else "days_between"])
    )


def xmr_by_qicharts2(case: Case) -> Case:
    return lines(charts.xmr(case["value"], factor=QICHARTS, **choices(case)))


def xmr_by_qcc(case: Case) -> Case:
    chart = charts.xmr(case["value"], factor=QICHARTS, screen=False)
    return {**lines(chart), "sigma": float(chart.sigma[0])}


def mr(case: Case) -> Case:
    return lines(charts.mr(case["value"], **choices(case)))


def xbar_r(case: Case) -> Case:
    means, ranges = charts.xbar_r(case["subgroups"], places=constants.QCC_27_PLACES)
    spread = lines(ranges)
    return {
        **lines(means),
        "sigma": float(means.unit[0]),
        "Rbar": spread["cl"],
        "R_lcl": spread["lcl"],
        "R_ucl": spread["ucl"],
    }


def xbar_phase_two(case: Case) -> Case:
    first = charts.xbar_r(case["baseline"], places=constants.QCC_27_PLACES).xbar
    new = charts.summarised(case["new"])
    return lines(first.extended(new.means, new.sizes))


def s_by_qcc(case: Case) -> Case:
    return lines(charts.xbar_s(case["subgroups"], sigma="UWAVE-SD").s)


def xbar_s(case: Case) -> Case:
    means, spreads = charts.xbar_s(charts.Subgroups(case["n"], case["mean"], case["sd"]))
    return {**lines(means), **{f"s_{name}": line for name, line in lines(spreads).items()}}


def i_prime(case: Case) -> Case:
    return lines(charts.i_prime(case["y"], case["n"]))


def by_infection(case: Case) -> Case:
    """One u chart an infection: hospitals added up month by month, per 10,000 days."""
    records = case["records"]
    months = sorted({record["month"] for record in records})
    kinds = sorted({record["infection"] for record in records})

    def added(kind: str, what: str) -> list[float]:
        return [
            sum(r[what] for r in records if r["infection"] == kind and r["month"] == month)
            for month in months
        ]

    chart = charts.u_chart(
        [added(kind, "n") for kind in kinds],
        [added(kind, "days") for kind in kinds],
        laney=False,
        per=10_000,
    )
    return {kind: lines(chart.one(i)) for i, kind in enumerate(kinds)}


METHOD: dict[str, Callable[[Case], Case]] = {
    "u_chart": rates("u", laney=False),
    "u_chart_baseline": rates("u", laney=False),
    "u_prime_chart": rates("u", laney=True),
    "p_chart": rates("p", laney=False),
    "p_prime_chart": rates("p", laney=True),
    "c_chart": c_chart,
    "spc_constants": spc_constants,
    "g_chart": g_chart,
    "t_chart": t_chart,
    "xmr_chart": xmr_by_qcc,
    "xbar_r_chart": xbar_r,
}

SERIES: dict[str, Callable[[Case], Case]] = {
    "p_nhs_accidents": rates("p", laney=False),
    "pprime_nhs_accidents": rates("p", laney=True),
    "p_cabg_readmission": rates("p", laney=False),
    "pprime_cabg_readmission": rates("p", laney=True),
    "p_cabg_death": rates("p", laney=False),
    "p_gtt_harmed": rates("p", laney=False),
    "u_gtt_harms_per_1000_days": rates("u", laney=False),
    "u_complaints": rates("u", laney=False),
    "uprime_complaints": rates("u", laney=True),
    "p_montgomery_7.4": rates("p", laney=False),
    "u_montgomery_7.10": rates("u", laney=False),
    "u_montgomery_7.11": rates("u", laney=False),
    "np_qcc_orangejuice": np_chart,
    "u_hospital_infections_by_type": by_infection,
    "u_cdi_rebase24": rates("u", laney=False),
    "p_montgomery_7.1_exclude_rebase": rates("p", laney=False),
    "c_montgomery_7.3_exclude_freeze": c_chart,
    "d2_d3_qcc": spc_constants,
    "t_cabg_deaths": t_chart,
    "i_montgomery_6.5": xmr_by_qicharts2,
    "mr_montgomery_6.5": mr,
    "i_montgomery_viscosity": xmr_by_qicharts2,
    "xbar_qcc_pistonrings_phase2": xbar_phase_two,
    "s_qcc_pistonrings": s_by_qcc,
    "xbar_s_montgomery_6.3": xbar_s,
    "xbar_s_montgomery_6.4_variable_n": xbar_s,
    "xbar_cabg_los_variable_n": xbar_s,
    "i_prime_lots": i_prime,
}
