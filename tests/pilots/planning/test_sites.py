"""What can be foreseen of a pilot beside comparison sites, against what then is said of such pilots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from pilots.evidence.numbers import SeriesPlan, answers
from pilots.evidence.sites import ComparisonSite, SiteSeries
from pilots.metrics.models import Metric, Sibling
from pilots.metrics.series import Series
from pilots.planning import actions, queries, wording
from pilots.planning.forecast import Forecast, PlanAsked, forecast
from pilots.statistics.series import Refusal
from pilots.statistics.verdicts import Verdict
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast

BEGINS = date(2026, 1, 5)
BEFORE, PLANNED = 26, 26


def site(
    number: int, *, points: int = BEFORE, to: float = 1.0, cases: int = 300, season: float = 0.2
) -> Series:
    rng = np.random.default_rng(number)
    when = np.arange(points)
    part = 0.12 * (1 + season * np.sin(2 * np.pi * when / 52)) * np.where(when >= BEFORE, to, 1.0)
    under = np.full(points, float(cases))
    over = rng.binomial(cases, part).astype(np.float64)
    periods = [BEGINS + timedelta(weeks=week) for week in range(points)]
    return Series(periods, over / under, over, under, under, np.ones(points, dtype=np.int64))


def beside(lines: Sequence[Series], waves: Sequence[int | None] = ()) -> list[SiteSeries]:
    starts = BEGINS + timedelta(weeks=BEFORE)
    days = [
        None if w is None else starts + timedelta(weeks=w) for w in waves or [None] * len(lines)
    ]
    return [
        SiteSeries(ComparisonSite(number, 1, 1, day), line, None)
        for number, (line, day) in enumerate(zip(lines, days, strict=True))
    ]


def foresee(own: Series, sites: list[SiteSeries], **more: Any) -> Forecast:
    starts = BEGINS + timedelta(weeks=BEFORE)
    usual: dict[str, Any] = {
        "target": 0.09,
        "direction": "lower",
        "proportion": True,
        "cadence": "week",
    }
    plan = SeriesPlan(**usual | more, sites=tuple(one.site for one in sites))
    asked = PlanAsked(plan, starts, starts + timedelta(weeks=PLANNED), 1, False, starts)
    return forecast(own, asked, sites)


OTHERS = [site(number) for number in range(1, 6)]


def test_a_plan_beside_other_sites_is_answered_whatever_is_said_of_its_steadiness() -> None:
    found = foresee(site(9), beside(OTHERS))
    assert found.beside == 5 and found.modelled and not found.by_history
    assert found.chance is not None and found.chance > 0.9
    assert found.without_effect is not None and found.without_effect <= 0.05
    said = wording.answer(found, cadence="week", steady=False)
    assert said.startswith("With 26 weeks the chance of an answer is")
    chances = [chance for _change, chance in found.by_effect]
    assert chances == sorted(chances)
    assert [chance for _look, chance in found.by_look] == sorted(
        chance for _look, chance in found.by_look
    )


def test_more_sites_and_later_waves_count() -> None:
    one, five = (foresee(site(9), beside(OTHERS[:n])).chance for n in (1, 5))
    assert one is not None and five is not None and one < five - 0.1
    together = foresee(site(9), beside(OTHERS, [0] * 5))
    assert together.chance == 0.0, "nobody is left to compare with"
    wedge = foresee(site(9), beside(OTHERS, [4, 8, 12, 16, 20])).chance
    assert wedge is not None and wedge > 0.5


def test_what_is_foreseen_is_what_then_is_said() -> None:
    """Thirty pilots with one site beside them, and the effect that was promised."""
    foreseen, told = [], []
    for number in range(30):
        lines = [
            site(100 + 2 * number + k, points=BEFORE + PLANNED, to=to, season=0.0)
            for k, to in ((0, 0.75), (1, 1.0))
        ]
        before = [
            replace(
                line, periods=line.periods[:BEFORE], values=line.values[:BEFORE], n=line.n[:BEFORE],
                numerators=line.numerators[:BEFORE], denominators=line.denominators[:BEFORE],
                versions=line.versions[:BEFORE],
            )
            for line in lines
            if line.numerators is not None and line.denominators is not None
        ]  # fmt: skip
        if number < 6:
            found = foresee(before[0], beside(before[1:]))
            assert found.chance is not None
            foreseen.append(found.chance)
        live = SeriesPlan(
            True, "week", "lower", live_on=BEGINS + timedelta(weeks=BEFORE),
            sites=tuple(one.site for one in beside(lines[1:])),
        )  # fmt: skip
        looks = range(6, PLANNED + 1, 4)
        cut = [[_upto(line, BEFORE + look) for line in lines] for look in looks]
        said = answers(
            [own for own, _other in cut], [live] * len(cut), [None] * len(cut),
            [beside([other]) for _own, other in cut],
        )  # fmt: skip
        told.append(any(one.verdict is Verdict.BETTER for one in said))
    assert np.mean(foreseen) == pytest.approx(np.mean(told), abs=0.25)


def _upto(line: Series, points: int) -> Series:
    assert line.numerators is not None and line.denominators is not None
    return Series(
        line.periods[:points], line.values[:points], line.numerators[:points],
        line.denominators[:points], line.n[:points], line.versions[:points],
    )  # fmt: skip


def test_a_share_above_a_half_is_foreseen_by_those_that_are_not() -> None:
    def turned(line: Series) -> Series:
        assert line.numerators is not None and line.denominators is not None
        over = line.denominators - line.numerators
        return replace(line, values=1 - line.values, numerators=over)

    plain = foresee(site(9), beside(OTHERS[:1]))
    other = foresee(turned(site(9)), beside([turned(OTHERS[0])]), direction="higher", target=0.91)
    assert other.chance == plain.chance


@pytest.mark.parametrize(
    ("own", "sites", "code"),
    [
        (site(9), [], "no_sites"),
        (site(9), [replace(OTHERS[0], values=np.full(BEFORE, np.nan))], "no_sites"),
        (site(9, points=7), OTHERS, "few_points"),
        (site(9, cases=1), OTHERS, "few_events"),
    ],
)
def test_what_cannot_be_foreseen_is_refused_in_words(
    own: Series, sites: list[Series], code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        foresee(own, beside(sites), design="sites")
    assert refused.value.remark.code == code
    facts = {"code": code, "facts": dict(refused.value.remark.facts)}
    assert wording.refusal(facts) != wording.refusal({"code": "unknown"})


@pytest.mark.django_db
def test_the_planner_asks_the_sites_and_is_out_of_date_when_their_numbers_change(
    cast: Cast, pilot: Any
) -> None:
    usual = {"baseline_from": None, "baseline_until": None, "steady_from": "", "steady_because": ""}
    since = BEGINS
    metric = make.make_metric(cast, pilot, pull_from=since, **usual)
    other = make.make_metric(cast, None, unit=cast.medicine, pull_from=since, **usual)
    for one, seed in ((metric, 1), (other, 2)):
        make.observe(one, since=since, weeks=30, value=16 + seed)
    Sibling.objects.create(
        metric=metric, series=other, kind="site", added_at=NOW, added_by=cast.jonas
    )
    row = actions.work_out(metric.pk, at=NOW)
    assert row is not None
    planned = queries.planned_metrics(pilot, NOW)[0]
    assert planned.metric == metric and not planned.stale
    if planned.found is not None:
        assert planned.found.beside == 1
    else:
        assert row.refused["code"] == "exactly_alike"
    Metric.objects.filter(pk=other.pk).update(data_version=9)
    assert queries.planned_metrics(pilot, NOW)[0].stale
