"""Slow, obvious gaps of groups: period by period, and every weight from its definition."""

from __future__ import annotations


def levels_of_shares(
    group: list[tuple[float, float]], everybody: list[tuple[float, float]]
) -> tuple[float, float]:
    """The levels of a group and of the others in some periods, given (events, cases) of the group and
    of everybody in each: a period is as heavy as its difference is certain."""
    others = [(x - gx, n - gn) for (gx, gn), (x, n) in zip(group, everybody, strict=True)]
    varies = []
    for part in (group, others):
        events = 1 + sum(x for x, _n in part)
        cases = 2 + sum(n for _x, n in part)
        share = events / cases
        varies.append(share * (1 - share))
    top = bottom = weight = 0.0
    for (gx, gn), (ox, on) in zip(group, others, strict=True):
        w = 1 / (varies[0] / gn + varies[1] / on)
        top += w * gx / gn
        bottom += w * ox / on
        weight += w
    return top / weight, bottom / weight


def others_of_means(
    group: list[tuple[float, float]], everybody: list[tuple[float, float]]
) -> list[float]:
    """The means of those not in the group, given (mean, cases) of the group and of everybody."""
    return [
        (sum([mean] * int(cases)) - sum([own] * int(n))) / (int(cases) - int(n))
        for (own, n), (mean, cases) in zip(group, everybody, strict=True)
    ]
