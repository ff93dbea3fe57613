"""A FHIR R4 server with measures: it keeps reports, and works one out for any period (R4, $evaluate-measure)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.fhir_server import fits

CMS146 = "http://example.org/fhir/Measure/CMS146"
HIV = "http://ohie.org/Measure/hiv-indicators"
POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"


def concept(code: str, system: str = "") -> dict[str, Any]:
    return {"coding": [{"code": code, **({"system": system} if system else {})}]}


def populations(*counts: int) -> list[dict[str, Any]]:
    """As the example of R4 has them."""
    codes = ("initial-population", "numerator", "denominator", "denominator-exclusion")
    return [
        {"code": concept(code, POPULATION), "count": count}
        for code, count in zip(codes, counts, strict=True)
    ]


def cms146(start: str = "2014-01-01", end: str = "2014-03-31", **more: Any) -> dict[str, Any]:
    """The summary of R4's examples (measurereport-cms146-cat3-example), without its narrative."""

    def strata(**parts: int) -> list[dict[str, Any]]:
        return [
            {"value": {"text": name}, "population": populations(n, n * 2 // 5, n, n // 5)}
            for name, n in parts.items()
        ]

    return {
        "resourceType": "MeasureReport",
        "id": "measurereport-cms146-cat3-example",
        "contained": [{"resourceType": "Organization", "id": "reporter", "name": "Good Health Hospital"}],
        "identifier": [{"value": "measurereport-cms146-cat3-example-2017-03-13"}],
        "status": "complete",
        "type": "summary",
        "measure": CMS146,
        "date": "2014-04-01",
        "reporter": {"reference": "#reporter"},
        "period": {"start": start, "end": end},
        "group": [
            {
                "id": "CMS146-group-1",
                "population": populations(500, 200, 500, 100),
                "stratifier": [
                    {"code": [{"text": "stratifier-ages-up-to-9"}], "stratum": strata(true=250, false=250)},
                    {"code": [{"text": "stratifier-ages-10-plus"}], "stratum": strata(true=250, false=250)},
                    {
                        "code": [{"text": "stratifier-gender"}],
                        "stratum": strata(male=250, female=250, other=0, unknown=0),
                    },
                ],
            }
        ],
        **more,
    }  # fmt: skip


def hiv_indicators() -> dict[str, Any]:
    """The other summary of R4's examples, cut to a group with a plain split and one with a split by two."""

    def component(age: str, sex: str) -> list[dict[str, Any]]:
        return [
            {"code": concept("AGE_GROUP"), "value": concept(age)},
            {"code": concept("SEX"), "value": concept(sex)},
        ]

    return {
        "resourceType": "MeasureReport",
        "id": "hiv-indicators",
        "status": "complete",
        "type": "summary",
        "measure": HIV,
        "reporter": {"reference": "Organization/hl7"},
        "period": {"start": "2018-01-01", "end": "2018-01-31"},
        "group": [
            {
                "code": concept("QRPH_ADX_ART1"),
                "measureScore": {"value": 0},
                "stratifier": [
                    {
                        "code": [concept("AGE_SEX")],
                        "stratum": [
                            {"value": concept("P1Y--P5Y:F"), "measureScore": {"value": 3}},
                            {"value": concept("P1Y--P5Y:M"), "measureScore": {"value": 0}},
                        ],
                    }
                ],
            },
            {
                "code": concept("QRPH_ADX_ART1_N"),
                "measureScore": {"value": 7},
                "stratifier": [
                    {
                        "code": [concept("AGE_GROUP"), concept("SEX")],
                        "stratum": [
                            {"component": component("P0Y--P1Y", "F"), "measureScore": {"value": 0}},
                            {"component": component("P1Y--P5Y", "F"), "measureScore": {"value": 4}},
                        ],
                    }
                ],
            },
        ],
    }


def individual(**more: Any) -> dict[str, Any]:
    """As measurereport-cms146-cat1-example: the report of one patient."""
    return cms146() | {
        "type": "individual",
        "subject": {"reference": "Patient/ada-low"},
        "evaluatedResource": [{"reference": "Condition/123"}],
        **more,
    }


@dataclass
class MeasureServer:
    reports: list[dict[str, Any]] = field(default_factory=list)
    page_size: int = 100
    # The report of a period, first and last day.
    works_out: Callable[[str, str], dict[str, Any]] | None = None
    wrapped: str = ""  # Parameters or Bundle
    looks: int = 0  # so often is it not finished when it works in the background
    waits: list[str] = field(default_factory=list)  # what it says of Retry-After, each in its turn
    asked: list[str] = field(default_factory=list)
    _jobs: list[tuple[str, str, int]] = field(default_factory=list)

    def answer(self, url: str) -> Any:
        self.asked.append(url)
        parts = urlsplit(url)
        query = parse_qs(parts.query)
        path = parts.path.removeprefix("/r4/")
        if path == "MeasureReport":
            return self._search(url, query)
        if path.endswith("$evaluate-measure"):
            return self._evaluate(path, query)
        if path.startswith("jobs/"):
            return self._look(int(path.removeprefix("jobs/")))
        return 404, _outcome("There is nothing here.")

    def _search(self, url: str, query: dict[str, list[str]]) -> Any:
        found = [
            one
            for one in self.reports
            if one["measure"].partition("|")[0]
            in query.get("measure", [one["measure"].partition("|")[0]])
            and all(fits(value, one["period"]) for value in query.get("period", []))
        ]
        start = int(query.get("_offset", ["0"])[0])
        page = found[start : start + self.page_size]
        links = [{"relation": "self", "url": url}]
        if start + self.page_size < len(found):
            plain = url.partition("&_offset=")[0]
            links.append({"relation": "next", "url": f"{plain}&_offset={start + self.page_size}"})
        entries = [{"resource": one, "search": {"mode": "match"}} for one in page]
        return {
            "resourceType": "Bundle", "type": "searchset", "total": len(found), "link": links, "entry": entries,
        }  # fmt: skip

    def _evaluate(self, path: str, query: dict[str, list[str]]) -> Any:
        for needed in ("periodStart", "periodEnd"):  # 1..1
            if len(query.get(needed, [])) != 1:
                return 400, _outcome(f"{needed} is needed once")
        if query.get("reportType", ["subject"])[0] != "population":
            return 400, _outcome("Only reports of a population are worked out here")
        if path == "Measure/$evaluate-measure" and "measure" not in query:
            return 400, _outcome("Which measure?")
        first, last = query["periodStart"][0], query["periodEnd"][0]
        assert date.fromisoformat(first) <= date.fromisoformat(last)
        if not self.looks:
            return self._made(first, last)
        self._jobs.append((first, last, self.looks))
        return 202, b"", {"Content-Location": f"/r4/jobs/{len(self._jobs) - 1}", **self._pace()}

    def _look(self, number: int) -> Any:
        first, last, left = self._jobs[number]
        if left > 1:
            self._jobs[number] = (first, last, left - 1)
            return 202, b"", self._pace()
        return self._made(first, last)

    def _pace(self) -> dict[str, str]:
        return {"Retry-After": self.waits.pop(0)} if self.waits else {}

    def _made(self, first: str, last: str) -> Any:
        assert self.works_out
        report = self.works_out(first, last)
        if self.wrapped == "Parameters":
            return {
                "resourceType": "Parameters",
                "parameter": [{"name": "return", "resource": report}],
            }
        if self.wrapped == "Bundle":
            entry = {"response": {"status": "200 OK"}, "resource": report}
            return {"resourceType": "Bundle", "type": "batch-response", "entry": [entry]}
        return report


def _outcome(text: str) -> dict[str, Any]:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": "invalid", "details": {"text": text}}],
    }
