"""The published cases of the time series family: from a case's input to what is computed for it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from pilots.statistics.time_series.change_point import change_point
from pilots.statistics.time_series.designs import segmented
from pilots.statistics.time_series.difference_in_differences import (
    cluster_error,
    difference_in_differences,
)
from pilots.statistics.time_series.interrupted import interrupted
from pilots.statistics.time_series.overall import overall_effect
from pilots.statistics.time_series.pettitt import pettitt
from pilots.statistics.time_series.staggered import group_time_effects

Case = dict[str, Any]


def segmented_poisson(given: Case, family: Any = "poisson") -> Case:
    """R: glm(count ~ offset(log(pop)) + step + time …), ci.exp of Epi."""
    design = segmented(
        len(given["count"]),
        given["intervention"].index(1.0),
        slope=given["slope_change"],
        slope_from="last_before",
        time=given["time"],
        season="harmonic" if given["harmonics"] else None,
        pairs=given["harmonics"] or 2,
        phase=given["month"],
    )
    found = interrupted(
        given["count"],
        design,
        family=family,
        denominators=given["offset_population"],
        errors="model",
        interval="normal",
    )
    step = found.term("level")
    computed = {
        "beta_step": step.estimate,
        "se_step": step.se,
        "rr_step": step.ratio,
        "rr_lo": step.ratio_lower,
        "rr_hi": step.ratio_upper,
        "beta_trend": found.term("trend").estimate,
        "dispersion": 1.0 if family == "poisson" else found.dispersion,
    }
    if given["slope_change"]:
        computed |= {
            "beta_slope": found.term("slope").estimate,
            "se_slope": found.term("slope").se,
        }
    return computed


def sicily(given: Case) -> Case:
    return segmented_poisson(given, "quasi_poisson")


def california_newey(given: Case) -> Case:
    """Stata: itsa cigsale, single trperiod(1989) lag(1)."""
    year = np.array(given["year"])
    design = segmented(
        len(year), int((year < given["intervention_year"]).sum()), time=year - year[0]
    )
    found = interrupted(given["y"], design, errors="hac", lags=1)
    return {
        "coefficients": [term.estimate for term in found.terms],
        "se": [term.se for term in found.terms],
    }


def california_difference(given: Case) -> Case:
    states, years = sorted(set(given["state"])), sorted(set(given["year"]))
    table = np.full((len(states), len(years)), np.nan)
    for state, year, value in zip(given["state"], given["year"], given["y"], strict=True):
        table[states.index(state), years.index(year)] = value
    treated = np.array(states) == given["treated_state"]
    start = years.index(given["post_from"])
    found = difference_in_differences(table, treated, start)
    return {
        "estimate": found.estimate,
        "se_cr1": cluster_error(table, treated, start),
        "se_cr1s": cluster_error(table, treated, start, small_sample="CR1S"),
        "placebo_p": found.placebo_p,
        "placebo_se": found.placebo_se,
    }


def mpdta(given: Case, comparison: Any = "never") -> Case:
    counties, years = sorted(set(given["county"])), sorted(set(given["year"]))
    row = {county: number for number, county in enumerate(counties)}
    table = np.full((len(counties), len(years)), np.nan)
    first = np.full(len(counties), np.nan)
    for county, year, value, start in zip(
        given["county"], given["year"], given["lemp"], given["first_treat"], strict=True
    ):
        table[row[county], year - years[0]] = value
        first[row[county]] = start if start else np.nan
    found = group_time_effects(table, first, periods=years, comparison=comparison)
    computed: Case = {
        "att": found.estimate.tolist(),
        "se": found.se.tolist(),
        "pretest_p": found.pretest[2] if found.pretest else None,
    }
    for kind in ("simple", "group", "dynamic", "calendar"):
        overall = overall_effect(found, kind)
        computed[kind] = [overall.estimate, overall.se]
    return computed


def nile(given: Case) -> Case:
    found, ranks = change_point(given["y"]), pettitt(given["y"])
    return {
        "index": found.at,
        "year": int(given["start_year"]) + found.at - 1,
        "ci": [found.lower, found.upper],
        "sup_f": found.statistic,
        "before": found.before,
        "after": found.after,
        "pettitt": [ranks.at, ranks.statistic, ranks.p],
    }


# By the method of a case in statistics_reference.json.
METHOD: dict[str, Callable[[Case], Case]] = {"its_segmented_poisson": segmented_poisson}
# By the name of an input in series.json, whose answers are not published there.
SERIES: dict[str, Callable[[Case], Case]] = {
    "its_sicily_m2": sicily,
    "its_sicily_m3": sicily,
    "its_sicily_m4": sicily,
    "its_prop99_california_newey": california_newey,
    "did_prop99": california_difference,
    "did_mpdta_group_time": mpdta,
    "changepoint_nile": nile,
}
