"""Whether something is given for doing more where a guardrail counts how well it is done.

Whoever is rewarded by the number makes the number grow, and what is not counted pays for it (Holmström and
Milgrom, Journal of Law, Economics & Organization 7 (1991) 24). A pure check: it knows metrics by what their plan
says of them, and gives its reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# What is measured in these is how long, how much it costs or how it is judged: no count of work done.
_NO_COUNT = re.compile(
    r"^(s|sec|secs|seconds?|min|mins|minutes?|h|hrs?|hours?|days?|weeks?|months?|%|percent|points?|scores?"
    r"|[€$£]|eur|usd|gbp|k[€$£]|mg|ml|mmol/l|°c)$",
    re.IGNORECASE,
)
_PER = re.compile(r"÷|/|\bper\b|\beach\b|\bmean\b|\bmedian\b|\baverage\b", re.IGNORECASE)
QUALITY = frozenset({"safety", "security", "experience", "equity"})


@dataclass(frozen=True)
class CountedMetric:
    """One metric of a pilot as its plan describes what it counts."""

    key: int
    name: str
    definition: str
    role: str
    kind: str
    measure_unit: str
    direction: str
    dimension: str


@dataclass(frozen=True)
class VolumeWarning:
    """What counts how much, and the guardrails that count how well."""

    volume: CountedMetric
    guardrails: tuple[CountedMetric, ...]


def counts_volume(metric: CountedMetric) -> bool:
    """Whether it grows by doing more of the work: a bare count, or the share of work done in the new way.

    >>> scans = CountedMetric(1, "Scans read", "All scans of the week", "primary", "value", "", "higher", "workflow")
    >>> counts_volume(scans)
    True
    >>> counts_volume(CountedMetric(2, "Wait", "Minutes ÷ visits", "primary", "value", "min", "lower", "workflow"))
    False
    """
    if metric.direction == "lower":
        return False  # less of it is wanted
    if metric.kind == "proportion":
        return metric.dimension == "adoption"
    if metric.kind == "rate":
        return False
    if _NO_COUNT.match(metric.measure_unit.strip(". ")):
        return False
    return not _PER.search(f"{metric.name} {metric.definition}")


def counts_quality(metric: CountedMetric) -> bool:
    """Whether it is a guardrail of how well the work is done, for patients and for those who do it."""
    return metric.role == "guardrail" and metric.dimension in QUALITY


def named_in(text: str, metrics: Iterable[CountedMetric]) -> list[CountedMetric]:
    """The metrics whose name somebody wrote."""
    words = " ".join(text.casefold().split())
    return [one for one in metrics if _is_named(one.name, words)]


def _is_named(name: str, words: str) -> bool:
    wanted = re.escape(" ".join(name.casefold().split()))
    return re.search(rf"(?<!\w){wanted}(?!\w)", words) is not None


def rewards_volume(
    metrics: Iterable[CountedMetric], *, given_for: int | None, text: str
) -> VolumeWarning | None:
    """The first thing that the offer is given for, or names, which counts how much is done while a guardrail
    of the pilot counts how well; None where nothing is wrong."""
    known = list(metrics)
    guardrails = tuple(one for one in known if counts_quality(one))
    if not guardrails:
        return None
    named = named_in(text, known)
    for metric in [*(one for one in known if one.key == given_for), *named]:
        if counts_volume(metric):
            others = tuple(one for one in guardrails if one.key != metric.key)
            return VolumeWarning(metric, others) if others else None
    return None
