"""Sites beside each other as markup: what is drawn, and what is said instead of it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from django.core.cache import caches

from innovation.web import charts
from innovation.web.charts import LimitCurve, SiteDot

SVG = "{http://www.w3.org/2000/svg}"
SITES = [
    SiteDot("4 West", 0.1, "4 West: 10%, 200 cases", size=200),
    SiteDot("5 East", 0.12, "5 East: 12%, 200 cases", size=200, filled=False),
    SiteDot("Harbor", 0.3, "Harbor: 30%, 400 cases", size=400, beyond=True),
]
SIZES = [50.0, 100.0, 200.0, 432.0]
CURVES = [
    LimitCurve(SIZES, [0.03, 0.05, 0.07, 0.08], [0.19, 0.16, 0.14, 0.13]),
    LimitCurve(SIZES, [0.0, 0.02, 0.05, 0.07], [0.9, 0.19, 0.17, 0.15]),
]


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    caches["drawings"].clear()
    yield
    caches["drawings"].clear()


def both(pair: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(f"<div>{pair}</div>")  # noqa: S314 - we drew it
    return list(root.iter(f"{SVG}svg"))


def texts(svg: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in svg.iter(f"{SVG}text")]


def titles(svg: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in svg.iter(f"{SVG}title")]


def test_a_funnel_names_what_stands_out_and_has_words_under_each_site() -> None:
    drawn = both(
        charts.funnel_chart_pair(
            sites=SITES, centre=0.12, curves=CURVES, title="Readmitted", description="One is high."
        )
    )
    assert len(drawn) == 2
    for svg in drawn:
        assert svg.get("aria-label") == "Readmitted. One is high"
        assert "Harbor" in texts(svg) and "4 West" not in texts(svg)
        assert titles(svg) == [
            "4 West: 10%, 200 cases; 5 East: 12%, 200 cases",
            "Harbor: 30%, 400 cases",
        ]
        assert "30%" in texts(svg) and "90%" not in texts(svg)  # the mouth of the funnel


def test_intervals_stand_in_a_row_for_each_site() -> None:
    sites = [
        SiteDot("4 West", 12.0, "4 West: 12.0", low=11.0, high=13.0),
        SiteDot("The ward with the longest name of all", 15.0, "Long: 15.0", low=None, high=None),
    ]
    wide, narrow = both(charts.interval_chart_pair(sites=sites, unit="minutes", title="Note time"))
    assert "4 West" in texts(wide) and "minutes" in texts(wide)
    assert any(text.endswith("…") for text in texts(narrow))
    assert "4 West: 12.0; Long: 15.0" not in titles(wide)


def test_no_colour_is_written_and_nothing_is_drawn_without_a_site() -> None:
    drawn = charts.funnel_chart_pair(sites=SITES, centre=0.12, curves=CURVES)
    assert "#" not in drawn and "style=" not in drawn
    assert charts.funnel_chart_pair(sites=[], centre=0.1, curves=[]) == ""
    assert charts.interval_chart_pair(sites=[]) == ""
