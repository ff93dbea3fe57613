"""Control charts as markup: what they show, and what a strict style policy demands of them."""

import doctest
import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.cache import caches
from django.utils import translation

from innovation.web import charts
from innovation.web.charts import axes, drawing

WEEKS = [date(2026, 1, 5) + timedelta(weeks=i) for i in range(30)]
VALUES = [16.0 + (i % 3) for i in range(20)] + [11.0 + (i % 2) for i in range(10)]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    caches["drawings"].clear()
    yield
    caches["drawings"].clear()


def chart(**given: Any) -> ElementTree.Element:
    return parsed(charts.control_chart(**{**whole(), **given}))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(str(svg))  # noqa: S314 - we drew it


def whole() -> dict[str, Any]:
    return {
        "dates": WEEKS,
        "values": VALUES,
        "centre": [17.0] * 20 + [11.5] * 10,
        "lower": [14.0] * 20 + [10.0] * 10,
        "upper": [20.0] * 20 + [13.0] * 10,
        "classes": ["common"] * 20 + ["improvement"] * 8 + ["concern", "special"],
        "markers": [(WEEKS[20], "Go-live, wave 1")],
        "target": 11.0,
        "unit": "minutes",
        "title": "Note time per visit",
        "description": "Down from 17 to 11.5 minutes",
    }


def texts(svg: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in svg.iter(f"{SVG}text")]


def titles(svg: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in svg.iter(f"{SVG}title")]


def fills(svg: ElementTree.Element) -> set[str]:
    return {e.get(name, "") for e in svg.iter() for name in ("fill", "stroke")} - {"", "none"}


def test_chart_obeys_a_strict_style_policy() -> None:
    svg = chart()
    names = {name for element in svg.iter() for name in element.attrib}
    assert not names & {"style", "class", "font-family", "onclick", "href", "id"}
    tags = {element.tag.removeprefix(SVG) for element in svg.iter()}
    assert tags <= {"svg", "g", "path", "line", "rect", "text", "title"}


def test_every_colour_of_a_chart_is_a_property_of_the_page() -> None:
    wanted = {"band", "mean", "line", "event", "target", "muted", "grid", "surface",
              "common", "better", "concern", "ink"}  # fmt: skip
    assert fills(chart()) == {f"var(--chart-{name})" for name in wanted}


def test_chart_says_in_words_what_it_shows() -> None:
    svg = chart()
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Note time per visit. Down from 17 to 11.5 minutes"
    assert {"Go-live, wave 1", "Target 11", "minutes", "12", "20"} <= set(texts(svg))
    assert titles(svg)[0] == "5 January 2026: 16.0 minutes"
    assert titles(svg)[20].endswith("improvement")
    assert titles(svg)[28].endswith("concern")
    assert len(titles(svg)) == 30


def test_limit_is_a_line_beside_the_target() -> None:
    svg = chart(limit=21.0)
    assert {"Target 11", "Limit 21"} <= set(texts(svg))


def test_classes_differ_in_shape_and_not_in_colour_alone() -> None:
    outlines = set()
    for kind in ("common", "improvement", "concern", "special"):
        svg = chart(classes=[kind] * 30, markers=[], target=None)
        dots = [p.get("d", "") for p in svg.iter(f"{SVG}path") if p.get("transform")]
        assert len(dots) == 30
        shape = "".join(c for c in dots[0] if c.isalpha())
        outlines.add((shape, dots[0].count("L"), dots[0].split("L")[0]))
    assert len(outlines) == 4


def test_better_is_another_word_for_improvement() -> None:
    assert chart(classes=["better"] * 30).attrib == chart(classes=["improvement"] * 30).attrib
    assert charts.control_chart(**{**whole(), "classes": ["better"] * 30}) == charts.control_chart(
        **{**whole(), "classes": ["improvement"] * 30}
    )


def test_text_that_looks_like_markup_stays_text() -> None:
    svg = charts.control_chart(
        **{
            **whole(),
            "title": '"><script>alert(1)</script>',
            "unit": "<b>min</b>",
            "markers": [(WEEKS[3], "</text><script>alert(2)</script>'); }")],
        }
    )
    assert "<script" not in svg
    assert "<b>" not in svg
    assert parsed(svg).get("role") == "img"


def test_control_characters_in_a_label_do_not_break_the_drawing() -> None:
    svg = chart(markers=[(WEEKS[3], "Go\x01-live\x0b")], unit="min\x00", title="Note\x02 time")
    assert {"Go-live", "min"} <= set(texts(svg))
    assert svg.get("aria-label", "").startswith("Note time")


def test_missing_points_leave_a_gap_in_the_line() -> None:
    values: list[float | None] = [*VALUES]
    values[5] = None
    values[6] = float("nan")
    svg = chart(values=values)
    lines = [p for p in svg.iter(f"{SVG}path") if p.get("stroke") == "var(--chart-line)"]
    drawn = "".join(p.get("d", "") for p in lines) or "".join(
        p.get("d", "")
        for g in svg.iter(f"{SVG}g")
        if g.get("stroke") == "var(--chart-line)"
        for p in g
    )
    assert drawn.count("M") == 2
    assert len(titles(svg)) == 28


def test_limits_step_where_the_centre_does() -> None:
    svg = chart()
    band = [g for g in svg.iter() if g.get("fill") == "var(--chart-band)"]
    mean = next(p for p in svg.iter(f"{SVG}path") if p.get("stroke") == "var(--chart-mean)")
    assert band
    points = [pair.split(",") for pair in mean.get("d", "").strip("MZ").split("L")]
    wide = float(points[-1][0])
    assert float(points[1][0]) == pytest.approx(wide * 20 / 29, abs=1)
    assert points[1][0] == points[2][0]


@pytest.mark.parametrize(
    ("values", "count"), [([1e308, -1e308], 2), ([], 0), ([None, None], 2), ([float("nan")], 1)]
)
def test_chart_without_a_single_value_is_empty(values: list[float | None], count: int) -> None:
    assert charts.control_chart(dates=WEEKS[:count], values=values) == ""


@pytest.mark.parametrize(
    "values",
    [[5.0], [5.0] * 30, [0.0] * 12, [-3.0, -1.0, -2.0], [1e9, 2e9], [1e-7, 3e-7], [1e-290, 3e-290]],
)
def test_chart_of_odd_values_is_drawn(values: list[float]) -> None:
    svg = parsed(charts.control_chart(dates=WEEKS[: len(values)], values=values))
    assert len(titles(svg)) == len(values)
    assert any(texts(svg))


def test_shares_are_written_as_percent() -> None:
    svg = chart(
        values=[0.2 + i / 100 for i in range(30)], centre=None, lower=None, upper=None,
        percent=True, target=0.25,
    )  # fmt: skip
    assert {"Target 25%", "30%"} <= set(texts(svg))
    assert titles(svg)[0].startswith("5 January 2026: 20")
    assert "minutes" not in texts(svg)


def test_numbers_and_dates_are_written_in_the_readers_language() -> None:
    with translation.override("de"):
        svg = chart(
            values=[v / 10 for v in VALUES], centre=None, lower=None, upper=None, target=None
        )
    assert "1,2" in texts(svg)
    assert titles(svg)[0].startswith("5 Januar 2026: 1,60")


def test_crowded_chart_marks_only_its_signals() -> None:
    days = [date(2025, 1, 1) + timedelta(days=i) for i in range(400)]
    svg = chart(
        dates=days, values=[float(i % 7) for i in range(400)],
        classes=["common"] * 398 + ["concern"] * 2, centre=None, lower=None, upper=None, markers=[],
    )  # fmt: skip
    assert "var(--chart-common)" not in fills(svg)
    assert "var(--chart-concern)" in fills(svg)


def test_pair_is_drawn_for_a_wide_and_a_narrow_place() -> None:
    pair = str(charts.control_chart_pair(**whole()))
    assert 'class="chart-wide"><svg' in pair
    assert 'class="chart-narrow"><svg' in pair
    assert 'width="640"' in pair
    assert 'width="340"' in pair


def test_chart_drawn_before_comes_from_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    first = charts.control_chart(**whole())

    def forbidden(_spec: Any) -> str:
        raise AssertionError("drawn again")

    monkeypatch.setattr(drawing, "_draw", forbidden)
    assert charts.control_chart(**whole()) == first
    [kept] = caches["drawings"]._cache.values()  # type: ignore[attr-defined]
    assert len(kept) < len(first) / 3, "a thousand of them are small"
    others: list[dict[str, Any]] = [
        {"target": 12.0},
        {"title": "Another"},
        {"width": 400},
        {"values": [*VALUES[:-1], 12.5]},
        {"classes": ["common"] * 30},
        {"markers": []},
        {"percent": True},
    ]
    for other in others:
        with pytest.raises(AssertionError, match="drawn again"):
            charts.control_chart(**{**whole(), **other})
    with translation.override("de"), pytest.raises(AssertionError, match="drawn again"):
        charts.control_chart(**whole())


def test_child_of_a_process_that_has_drawn_draws_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    first = charts.control_chart(**whole())
    caches["drawings"].clear()
    monkeypatch.setattr(drawing, "_first_drawn_by", 1)
    assert charts.control_chart(**whole()) == first


def test_bands_for_the_small_line_are_the_phases() -> None:
    given = whole()
    found = charts.bands(given["lower"], given["centre"], given["upper"])
    assert found == [(0, 20, 14.0, 17.0, 20.0), (20, 29, 10.0, 11.5, 13.0)]


def test_class_that_is_no_class_is_refused() -> None:
    with pytest.raises(ValueError, match="A point is common"):
        charts.control_chart(dates=WEEKS[:1], values=[1.0], classes=["bad"])


def test_unequal_numbers_of_dates_and_values_are_refused() -> None:
    with pytest.raises(ValueError, match="dates and"):
        charts.control_chart(dates=WEEKS, values=[1.0])


@pytest.mark.parametrize(
    ("values", "ticks", "places"),
    [
        ([8.4, 19.7], [8, 10, 12, 14, 16, 18, 20], 0),
        ([0.0, 0.45], [0, 0.1, 0.2, 0.3, 0.4, 0.5], 1),
        ([3.0, 3.0], [2.7, 2.8, 2.9, 3.0, 3.1, 3.2, 3.3], 1),
        ([0, 1.5], [0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5], 2),
    ],
)
def test_ticks_are_round_and_span_the_values(
    values: list[float], ticks: list[float], places: int
) -> None:
    found, decimals = axes.number_ticks(values, count=7)
    assert found == pytest.approx(ticks)
    assert decimals == places


def test_labels_of_events_never_cover_each_other_or_a_rule() -> None:
    spans = [(100.0, (100.0, 150.0)), (120.0, (120.0, 170.0)), (300.0, (300.0, 340.0))]
    assert axes.label_rows(spans, []) == [1, 0, 0]
    assert axes.label_rows(spans[2:], [(0.0, 310.0)]) == [1]


def test_what_was_to_be_expected_is_a_line_of_dashes_within_the_axis() -> None:
    without = str(charts.control_chart(**whole()))
    drawn = str(charts.control_chart(**{**whole(), "expected": [None] * 5 + [400.0] * 25}))
    assert drawn.count("stroke-dasharray") == without.count("stroke-dasharray") + 1
    assert ">400<" in drawn and ">400<" not in without


def curve(**given: Any) -> str:
    return str(
        charts.curve_chart_pair(
            **{
                "x": [4.0, 12.0, 26.0],
                "y": [0.1, 0.45, 0.9],
                "says": ["4 weeks: 10%", "12 weeks: 45%", "26 weeks: 90%"],
                "rules": [(12.0, "Planned end")],
                "whole": True,
                "title": "By how long it runs",
                "description": "Half after 13 weeks",
                **given,
            }
        )
    )


def test_curve_shows_shares_with_their_words_and_a_rule_wide_and_narrow() -> None:
    drawn = curve()
    assert drawn.count("<svg") == 2
    assert drawn.count("<title>12 weeks: 45%</title>") == 2
    assert drawn.count("Planned end") == 2
    assert 'aria-label="By how long it runs. Half after 13 weeks"' in drawn
    assert "100%" in drawn and "style=" not in drawn


def test_curve_over_numbers_of_any_size_writes_them_along_its_axis() -> None:
    drawn = curve(x=[0.0, 0.75, 1.5], whole=False, rules=[])
    written = {text.text for text in parsed(f"<div>{drawn}</div>").iter(f"{SVG}text")}
    assert {"0.0", "0.5", "1.0", "1.5"} <= written


def test_curve_of_one_point_is_none() -> None:
    assert curve(x=[1.0], y=[0.5], says=["x"]) == ""


def calibration(**given: Any) -> str:
    return str(
        charts.calibration_chart_pair(
            **{
                "predicted": [0.02, 0.2, 0.6],
                "observed": [0.01, 0.25, 0.5],
                "lower": [0.005, 0.2, 0.4],
                "upper": [0.02, 0.31, 0.62],
                "says": ["foretold 2%", "foretold 20%", "foretold 60%"],
                "title": "Do its risks come true?",
                "description": "On the whole they do",
                **given,
            }
        )
    )


def test_calibration_shows_each_bin_with_its_interval_and_the_diagonal() -> None:
    drawn = calibration()
    assert drawn.count("<svg") == 2
    assert drawn.count("<title>foretold 20%</title>") == 2
    assert "stroke-dasharray" in drawn, "the diagonal"
    wide = drawn.split("</svg>")[0]
    upright = wide.count("<line") + wide.count("<rect")
    plain = calibration(lower=[0.01, 0.25, 0.5], upper=[0.01, 0.25, 0.5]).split("</svg>")[0]
    assert upright and plain != wide, "its intervals are drawn"
    assert "style=" not in drawn
    assert calibration(predicted=[0.2], observed=[0.2], lower=[0.1], upper=[0.3], says=["x"]) == ""


def test_net_benefit_ends_the_line_of_acting_on_all_where_it_leaves_the_axis() -> None:
    def drawn(treat_all: list[float]) -> str:
        return str(
            charts.net_benefit_chart_pair(
                thresholds=[0.05, 0.3, 0.6],
                benefit=[0.08, 0.04, 0.01],
                treat_all=treat_all,
                says=["at 5%", "at 30%", "at 60%"],
                title="Is it worth acting on?",
            )
        )

    assert drawn([0.05, -0.3, -1.5]).count("<svg") == 2
    assert drawn([0.05, -0.3, -1.5]) == drawn([0.05, -0.3, -9.0]), (
        "what is off the axis is not drawn"
    )
    assert drawn([0.05, 0.0, -1.5]) != drawn([0.05, -0.3, -1.5])


def test_examples_of_labels_run() -> None:
    assert doctest.testmod(axes).failed == 0


def test_a_label_stands_above_the_rules_that_it_covers_on_either_side() -> None:
    rules = [100.0, 105.0]
    assert axes.span_of(100.0, 50.0, 300.0, rules) == (50.0, 100.0), (
        "to the left, where it is clear"
    )
    assert axes.span_of(105.0, 50.0, 300.0, rules) == (105.0, 155.0)
    assert axes.span_of(100.0, 110.0, 300.0, rules) == (100.0, 210.0), "no room on the left"
    to_the_left = [(10.0, (10.0, 60.0)), (20.0, (20.0, 70.0)), (90.0, (0.0, 90.0))]
    assert axes.label_rows(to_the_left, []) == [1, 0, 2]
    each_other = [(10.0, (10.0, 60.0)), (40.0, (0.0, 40.0))]
    assert sorted(axes.label_rows(each_other, [])) == [0, 1], "no better place"


@pytest.mark.parametrize("width", [640, 340])
def test_many_events_on_one_spot_are_counted_and_leave_room_for_the_numbers(width: int) -> None:
    crowd = [(WEEKS[14] + timedelta(days=n), f"Event {n}") for n in range(20)]
    svg = chart(markers=[*crowd, (WEEKS[15], "Go-live")], alone=("Go-live",), width=width)
    told = texts(svg)
    assert "Go-live" in told
    assert any(text.endswith(" events") for text in told)
    assert len([text for text in told if text.startswith("Event ")]) < 4
    few = chart(markers=[], width=width)
    frame = axes.frame_for(
        [float(day.toordinal()) for day in WEEKS], list(VALUES),
        [(float(day.toordinal()), label) for day, label in crowd],
        unit="minutes", percent=False, width=width, height=None,
    )  # fmt: skip
    assert max(frame.rows) < axes.MOST_ROWS and frame.tall > 110
    rules = [e for e in svg.iter() if "dash" in " ".join(e.keys())]
    assert len(rules) >= len([e for e in few.iter() if "dash" in " ".join(e.keys())]) + 21


def test_alike_events_on_one_spot_are_named_and_counted() -> None:
    assert axes.gathered([0, 1, 2, 90], ["Training"] * 4, 4) == ["Training × 3", "", "", "Training"]
    apart = axes.gathered([0, 1, 2], ["Training", "Go-live", "Alarm"], math.inf, ("Go-live",))
    assert apart == ["Training", "Go-live", "Alarm"]
