"""A metric beside the same number at other sites: what they lead to expect, and what they cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from pilots.evidence import actions, page_wording, queries, sensitivity, tasks, wording
from pilots.evidence.compared import ComparedSites, sites_of
from pilots.evidence.designs import EvidenceDesign
from pilots.evidence.models import KeptVerdict
from pilots.evidence.numbers import Numbers, SeriesPlan, answers
from pilots.evidence.sites import ComparisonSite, SiteSeries
from pilots.lifecycle.models import Pilot, SiteGoLive
from pilots.metrics.actions import outcomes
from pilots.metrics.models import Metric, Sibling
from pilots.metrics.series import Series
from pilots.statistics.verdicts import Verdict
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.pilots.evidence.series import FIRST, weeks, written

LIVE = 30
UNTIL = 56


def day(week: int) -> date:
    return FIRST + timedelta(weeks=week)


def counts(
    number: int, *, to: float = 1.0, level: float = 0.12, cases: int = 400, live: int = LIVE
) -> Series:
    """A site's own level, one winter for all of them, and what going live changed."""
    rng = np.random.default_rng(number)
    when = np.arange(UNTIL)
    part = level * (1 + 0.3 * np.sin(2 * np.pi * when / 52)) * np.where(when >= live, to, 1.0)
    under = np.full(UNTIL, float(cases))
    over = rng.binomial(cases, part).astype(np.float64)
    return Series(weeks(UNTIL), over / under, over, under, under, np.ones(UNTIL, dtype=int))


def turned(series: Series) -> Series:
    assert series.denominators is not None and series.numerators is not None
    over = series.denominators - series.numerators
    return replace(series, values=1 - series.values, numerators=over)


def values(number: int, *, to: float = 0.0, level: float = 20.0) -> Series:
    shift = np.where(np.arange(UNTIL) >= LIVE, to, 0.0)
    line = level + np.random.default_rng(number).normal(0, 1, UNTIL) + shift
    return Series(weeks(UNTIL), line, None, None, np.full(UNTIL, np.nan), np.ones(UNTIL, dtype=int))


def ask(
    own: Series,
    others: Sequence[Series],
    *,
    waves: Sequence[int | None] = (),
    meanings: Any = None,
    of_others: Any = None,
    **more: Any,
) -> Numbers:
    days = [None if wave is None else day(wave) for wave in waves or [None] * len(others)]
    sites = [
        SiteSeries(
            ComparisonSite(number, 1, 1, live_on),
            one,
            None if of_others is None else of_others[number],
        )
        for number, (one, live_on) in enumerate(zip(others, days, strict=True))
    ]
    plan = SeriesPlan(
        proportion=own.numerators is not None,
        cadence="week",
        direction=more.pop("direction", "lower"),
        live_on=more.pop("live_on", day(LIVE)),
        sites=tuple(one.site for one in sites),
        **more,
    )
    return answers([own], [plan], [meanings], [sites])[0]


OTHERS = [counts(number, level=0.08 + 0.02 * number) for number in range(1, 6)]


def refused(found: Numbers) -> str:
    assert found.effect is not None and found.effect.refused is not None
    assert found.effect.lower is None
    return found.effect.refused.code


def test_a_winter_that_all_sites_have_is_no_effect_and_a_change_beside_it_is_one() -> None:
    steady = ask(counts(9), OTHERS)
    assert steady.design.design is EvidenceDesign.SITES
    assert steady.verdict is Verdict.INCONCLUSIVE
    found = ask(counts(9, to=0.7), OTHERS)
    assert found.verdict is Verdict.BETTER and found.by_sites and not found.by_history
    effect = found.effect
    assert effect is not None and effect.before is not None and effect.after is not None
    assert effect.after / effect.before == pytest.approx(0.7, abs=0.04)
    figures = written(found.series)
    said = wording.verdict(found, figures, margin=None)
    assert said.endswith("lower than other sites lead to expect.")
    assert "where other sites lead to expect" in wording.sentence(found, figures, live_on=day(LIVE))
    assert wording.design(found, chosen_because="") == (
        "Comparison with 5 other sites, because the same is counted there, so that what moves all of"
        " them is told from the pilot."
    )
    assert wording.assumed(found, basis="", because="") == (
        "Assumes that without the pilot it would have moved as the other sites did."
    )


def test_what_was_to_be_expected_is_said_week_by_week_with_the_winter_in_it() -> None:
    found = ask(counts(9, to=0.7, cases=20_000), [counts(n, cases=20_000) for n in range(1, 6)])
    expected = found.expected
    assert expected is not None and np.isfinite(expected).all()
    share = 0.12 * (1 + 0.3 * np.sin(2 * np.pi * np.arange(UNTIL) / 52))
    assert np.abs(expected - share).max() < 0.006


def test_a_share_above_a_half_is_judged_by_those_that_are_not() -> None:
    plain = ask(counts(9, to=0.7), OTHERS).effect
    other = ask(turned(counts(9, to=0.7)), [turned(one) for one in OTHERS], direction="higher")
    assert other.verdict is Verdict.BETTER
    assert plain is not None and other.effect is not None
    assert plain.lower is not None and plain.upper is not None
    assert (other.effect.lower, other.effect.upper) == pytest.approx((-plain.upper, -plain.lower))


def test_values_that_may_be_below_zero_move_by_the_same_amount() -> None:
    others = [values(number + 3, level=float(number)) for number in range(-2, 3)]
    found = ask(values(9, to=-3.0, level=-1.0), others)
    assert found.verdict is Verdict.BETTER
    assert found.effect is not None
    assert found.effect.estimate == pytest.approx(-3.0, abs=0.6)


def test_a_site_is_a_comparison_until_it_goes_live_itself() -> None:
    """All go live one after the other, so that in the end nobody is left: what came before answers."""
    waves = [34, 38, 42, 46, 50]
    others = [counts(n, to=0.7, live=wave) for n, wave in enumerate(waves, start=1)]
    found = ask(counts(9, to=0.7), others, waves=waves)
    assert found.verdict is Verdict.BETTER
    effect = found.effect
    assert effect is not None and effect.before is not None and effect.after is not None
    assert effect.after / effect.before == pytest.approx(0.7, abs=0.05)
    assert (
        "Comparison with 5 other sites (5 of which went live, too, and are compared until then)"
        in (wording.design(found, chosen_because=""))
    )
    as_if_none_did = ask(counts(9, to=0.7), others)
    assert as_if_none_did.effect is not None and as_if_none_did.effect.before is not None
    assert as_if_none_did.effect.before < effect.before - 0.005


def test_a_metric_of_the_whole_is_not_compared_with_its_own_parts() -> None:
    """The hospital's number is the sum of its wards': they answer, and it has no line of its own."""
    waves = [LIVE, LIVE, None, None, None]
    others = [counts(n, to=0.7 if wave else 1.0) for n, wave in enumerate(waves, start=1)]
    found = ask(counts(9), others, waves=waves, parts=True)
    assert found.verdict is Verdict.BETTER and found.expected is None and found.by_sites
    assert found.effect is not None and found.effect.points_after == UNTIL - LIVE


def test_weeks_that_settle_and_weeks_outside_of_the_planned_baseline_are_not_compared() -> None:
    own = counts(9, to=0.7)
    own.values[LIVE : LIVE + 4] = own.values[:4] = 0.9
    plain = ask(own, OTHERS)
    found = ask(own, OTHERS, settling_weeks=4, baseline_from=day(4), baseline_until=day(LIVE))
    assert plain.effect is not None and found.effect is not None
    assert found.effect.points_before == LIVE - 4 and found.effect.points_after == UNTIL - LIVE - 4
    assert found.verdict is Verdict.BETTER and plain.verdict is not Verdict.BETTER
    early = ask(counts(9), OTHERS, baseline_from=day(0), baseline_until=day(20)).effect
    assert early is not None and early.points_before == 20


def test_numbers_that_counted_something_else_are_left_out_here_and_there() -> None:
    since = np.where(np.arange(UNTIL) < 10, 1, 2)
    own, other = counts(9, to=0.7), counts(1)
    own.values[:10] = other.values[:10] = 0.5
    meanings = [since, None, None, None, None]
    others = [other, *OTHERS[1:]]
    found = ask(own, others, meanings=since, of_others=meanings)
    assert found.verdict is Verdict.BETTER
    assert found.effect is not None and found.effect.points_before == LIVE - 10


def test_what_sites_cannot_say_is_said() -> None:
    young = ask(counts(9), OTHERS, live_on=day(UNTIL - 3))
    assert refused(young) == "few_points"
    assert refused(ask(counts(9), OTHERS, live_on=day(UNTIL + 3))) == "no_after"
    short = ask(counts(9), OTHERS, baseline_from=day(LIVE - 5), baseline_until=day(LIVE))
    assert refused(short) == "few_points"
    together = ask(counts(9), OTHERS, waves=[LIVE] * 5)
    assert refused(together) == "no_sites" and together.verdict is Verdict.INCONCLUSIVE
    assert refused(ask(counts(9), [], design="sites")) == "no_sites"
    silent = [replace(one, values=np.full(UNTIL, np.nan)) for one in OTHERS]
    assert refused(ask(counts(9), silent)) == "no_sites"
    rare = ask(counts(9, level=0.0001), [counts(n, level=0.0004) for n in range(1, 6)])
    assert refused(rare) == "few_events"
    flat = replace(values(1), values=np.full(UNTIL, 20.0))
    assert refused(ask(flat, [flat, flat])) == "no_variation"
    for found in (young, together, rare):
        effect = found.effect
        assert effect is not None and effect.refused is not None
        assert wording.refusal(effect.refused) != effect.refused.text or "%" not in (
            effect.refused.text
        )


def test_sites_that_drifted_apart_before_give_no_verdict() -> None:
    own = counts(9, cases=5_000)
    falling = own.values * 0.5 ** (np.arange(UNTIL) / 52)
    own = replace(own, values=falling, numerators=falling * 5_000)
    found = ask(own, [counts(n, cases=5_000) for n in range(1, 6)])
    assert refused(found) == "apart_before" and found.verdict is Verdict.INCONCLUSIVE
    assert "drifted apart before go-live already" in wording.verdict(
        found, written(own), margin=None
    )


def test_one_site_beside_it_is_few() -> None:
    found = ask(counts(9), OTHERS[:1])
    assert found.effect is not None
    assert [one.code for one in found.effect.warnings] == ["few_sites"]
    assert found.effect.assumptions[0].code == "moves_alike"
    many = ask(counts(9), OTHERS)
    assert many.effect is not None and many.effect.warnings == ()


def test_a_person_may_choose_otherwise() -> None:
    assert ask(counts(9), OTHERS, design="before_after").design.design is (
        EvidenceDesign.BEFORE_AFTER
    )


def test_it_is_said_whether_one_site_decides() -> None:
    def said(found: Numbers) -> tuple[str, str]:
        (change,) = [one for one in sensitivity.changes(found, {}) if one.code.startswith("sites_")]
        return change.code, page_wording.change(change, written(found.series), "week")

    code, sentence = said(ask(counts(9, to=0.7), OTHERS))
    assert code == "sites_same"
    assert sentence == "Without any one of the 5 other sites the answer would be the same."
    # One that doubled of its own accord makes what stayed look like an improvement.
    doubled = counts(1, to=2.0, level=0.3, cases=4_000)
    found = ask(counts(9), [doubled, counts(2, cases=60)])
    assert found.verdict is Verdict.BETTER
    code, sentence = said(found)
    assert code == "sites_other"
    assert sentence == (
        "It rests on one of the 2 other sites: without it the answer would be “inconclusive”."
    )


def test_a_number_elsewhere_that_became_another_kind_is_no_comparison_any_more() -> None:
    assert refused(ask(counts(9), [values(1), values(2)])) == "no_sites"


# From the tables


@pytest.fixture
def metric(cast: Cast, pilot: Pilot) -> Metric:
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=day(20))
    return number(cast, pilot, role="primary", baseline_from=None, baseline_until=None)


def number(cast: Cast, pilot: Pilot | None, **fields: Any) -> Metric:
    metric = make.make_metric(
        cast, pilot, pull_from=FIRST, steady_from="", **{"steady_because": "", **fields}
    )
    make.observe(metric, since=FIRST, weeks=40)
    return metric


def beside(metric: Metric, cast: Cast, unit: Any) -> Metric:
    other = number(cast, None, unit=unit, role="secondary", baseline_from=None, baseline_until=None)
    Sibling.objects.create(
        metric=metric, series=other, kind="site", added_at=NOW, added_by=cast.jonas
    )
    return other


@pytest.mark.django_db
def test_siblings_are_asked_with_it_and_a_new_number_there_is_a_new_answer_here(
    metric: Metric, cast: Cast
) -> None:
    others = [beside(metric, cast, unit) for unit in (cast.four_west, cast.medicine)]
    asked = queries.questions([metric])[metric.pk]
    assert [site.metric for site in asked.sites] == [one.pk for one in others]
    assert queries.reading(metric, NOW).numbers.design.design is EvidenceDesign.SITES
    actions.watch_all(at=NOW)
    assert queries.due() == []
    worked_out = KeptVerdict.objects.get(pk=metric.pk).rests_on
    Metric.objects.filter(pk=others[0].pk).update(data_version=7)
    assert queries.due() == [metric.pk]
    tasks.refresh(metric_ids=outcomes.compared_with([others[0].pk]))
    assert KeptVerdict.objects.get(pk=metric.pk).rests_on != worked_out
    assert queries.due() == []


@pytest.mark.django_db
def test_the_go_live_of_a_site_makes_it_one_that_is_live_and_of_a_part_no_comparison(
    metric: Metric, cast: Cast
) -> None:
    pilot = metric.pilot
    assert pilot is not None
    inside = beside(metric, cast, cast.four_west)
    assert not sites_of([metric])[metric.pk].parts
    SiteGoLive.objects.create(pilot=pilot, unit=cast.four_west, planned_on=day(24))
    assert sites_of([metric])[metric.pk].sites[0].live_on is None
    SiteGoLive.objects.update(went_live_on=day(25))
    found = sites_of([metric])[metric.pk]
    # Another ward goes first, whose number the metric is.
    assert found == ComparedSites((ComparisonSite(inside.pk, 1, 0, day(25)),), parts=False)
    assert sites_of() == {metric.pk: found}
    Pilot.objects.filter(pk=pilot.pk).update(went_live_on=day(25))
    assert sites_of([metric])[metric.pk].parts


@pytest.mark.django_db
def test_groups_of_patients_are_no_sites(metric: Metric, cast: Cast) -> None:
    other = number(cast, None, unit=cast.four_west, role="secondary")
    Sibling.objects.create(
        metric=metric,
        series=other,
        kind="group",
        label="Interpreter needed",
        added_at=NOW,
        added_by=cast.jonas,
    )
    assert sites_of([metric]) == {}
    assert queries.questions([metric])[metric.pk].sites == ()
