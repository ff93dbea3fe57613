"""Shewhart control charts over one series or many at once.

    individuals   xmr, mr (moving ranges), i_prime (Taylor's I′)
    counts        p_chart, np_chart, u_chart, c_chart, and Laney's p′ and u′
    subgroups     xbar_s, xbar_r, of raw subgroups or of their sizes, means and SDs
    rare_events   g_chart (cases between events), t_chart (time between events)
    runs          run_chart: a median without limits
    funnel        funnel: units beside each other at one time
    constants     c4, d2, d3, A2, A3, B3, B4, D3, D4 for any n

A baseline freezes the limits and carries them on to later points; points may be left out of them;
a step computes them anew from there. Every choice where tools differ is an argument.
"""

from pilots.statistics.charts.chart import ENOUGH_POINTS, ControlChart
from pilots.statistics.charts.constants import D2, MDC_FACTOR, QICHARTS_FACTOR, SCREEN_FACTOR
from pilots.statistics.charts.counts import (
    OVERDISPERSED,
    c_chart,
    np_chart,
    p_chart,
    p_prime_chart,
    u_chart,
    u_prime_chart,
)
from pilots.statistics.charts.funnel import Funnel, funnel
from pilots.statistics.charts.individuals import i_prime, mr, xmr
from pilots.statistics.charts.rare_events import g_chart, t_chart
from pilots.statistics.charts.runs import run_chart
from pilots.statistics.charts.subgroups import Subgroups, XbarR, XbarS, summarised, xbar_r, xbar_s

__all__ = [
    "D2",
    "ENOUGH_POINTS",
    "MDC_FACTOR",
    "OVERDISPERSED",
    "QICHARTS_FACTOR",
    "SCREEN_FACTOR",
    "ControlChart",
    "Funnel",
    "Subgroups",
    "XbarR",
    "XbarS",
    "c_chart",
    "funnel",
    "g_chart",
    "i_prime",
    "mr",
    "np_chart",
    "p_chart",
    "p_prime_chart",
    "run_chart",
    "summarised",
    "t_chart",
    "u_chart",
    "u_prime_chart",
    "xbar_r",
    "xbar_s",
    "xmr",
]
