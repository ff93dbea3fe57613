"""The FHIR R4 face: searches that answer with a count, and nothing about any patient.

Each stream is a set of resources that share their attributes and overlap with no other stream,
so a search counts the streams that fit it, day by day.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

from demo.hospital.calendar import days
from demo.hospital.series import Series, Share

TYPE = "application/fhir+json; charset=utf-8"
DATE_PARAMETER = {
    "Encounter": "date",
    "DocumentReference": "date",
    "Claim": "created",
    "ClaimResponse": "created",
    "Condition": "recorded-date",
    "DetectedIssue": "identified",
}
_OTHER_PARAMETERS = {
    "Encounter": ("status", "class", "service-provider"),
    "DocumentReference": ("status", "type", "setting", "custodian", "relation", "_tag"),
    "Claim": ("status", "use", "provider"),
    "ClaimResponse": ("status", "use", "outcome"),
    "Condition": ("code", "category", "_tag"),
    "DetectedIssue": ("status", "code", "_tag"),
}
_CONTROL = {"_summary", "_format", "_pretty"}
_DATE = re.compile(r"(eq|ge|gt|le|lt|sa|eb)?(\d{4}-\d{2}-\d{2})(T.*)?\Z", re.ASCII)


@dataclass(frozen=True)
class Stream:
    """Resources of one kind: what is true of all of them, and how many a day."""

    resource: str
    attributes: dict[str, frozenset[str]]
    a_day: Callable[[date], int]


class Problem(Exception):
    """A request that is answered with an OperationOutcome."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text


class Server:
    """Counts for searches, up to the end of yesterday."""

    def __init__(self, series: Series, now: Callable[[], date]) -> None:
        self._begins = series.story.begins
        self._now = now
        self._streams = list(_streams(series))

    def answer(
        self, path: str, query: str, *, base: str, strict: bool
    ) -> tuple[int, dict[str, object]]:
        """(status, resource) for GET [base]/path?query."""
        try:
            if path == "metadata":
                return 200, self._capabilities()
            return 200, self._search(path, query, base, strict)
        except Problem as problem:
            return problem.status, outcome(problem.code, problem.text)

    def _search(self, resource: str, query: str, base: str, strict: bool) -> dict[str, object]:
        if resource not in DATE_PARAMETER:
            raise Problem(
                404, "not-supported", f"{resource or 'This path'} cannot be searched here."
            )
        asked = parse_qsl(query, keep_blank_values=True)
        if ("_summary", "count") not in asked:
            raise Problem(
                400,
                "not-supported",
                "This server gives counts only. Add _summary=count to the search.",
            )
        first, after = self._begins, self._now()
        filters: list[tuple[str, frozenset[str]]] = []
        used = [("_summary", "count")]
        for name, value in asked:
            plain = name.partition(":")[0]
            if plain in _CONTROL:
                continue
            if plain == DATE_PARAMETER[resource]:
                first, after = _narrowed(value, first, after)
            elif name in _OTHER_PARAMETERS[resource]:
                filters.append((name, frozenset(code(one) for one in value.split(","))))
            elif strict:
                raise Problem(
                    400,
                    "not-supported",
                    f"The search parameter {name} is not known for {resource}.",
                )
            else:
                continue
            used.append((name, value))
        total = sum(
            stream.a_day(day)
            for stream in self._streams
            if stream.resource == resource
            and all(stream.attributes.get(name, frozenset()) & wanted for name, wanted in filters)
            for day in days(first, after)
        )
        return {
            "resourceType": "Bundle",
            "id": f"count-{resource.lower()}",
            "meta": {
                "lastUpdated": f"{self._now().isoformat()}T04:30:00Z",
                "tag": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
                        "code": "SUBSETTED",
                    }
                ],
            },
            "type": "searchset",
            "total": total,
            "link": [{"relation": "self", "url": f"{base}/{resource}?{urlencode(used)}"}],
        }

    def _capabilities(self) -> dict[str, object]:
        return {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": self._begins.isoformat(),
            "kind": "instance",
            "fhirVersion": "4.0.1",
            "format": ["application/fhir+json"],
            "implementation": {"description": "Lakeshore Health, counts for improvement"},
            "rest": [
                {
                    "mode": "server",
                    "security": {"description": "A bearer token is needed for every search."},
                    "resource": [
                        {
                            "type": resource,
                            "interaction": [{"code": "search-type"}],
                            "searchParam": [
                                {"name": DATE_PARAMETER[resource], "type": "date"},
                                *(
                                    {"name": name, "type": "token"}
                                    for name in _OTHER_PARAMETERS[resource]
                                ),
                            ],
                        }
                        for resource in DATE_PARAMETER
                    ],
                }
            ],
        }


def outcome(code: str, text: str, severity: str = "error") -> dict[str, object]:
    """An OperationOutcome with one issue."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, "details": {"text": text}}],
    }


def code(token: str) -> str:
    """The code of a FHIR token or the id of a reference: what follows the bar or the slash."""
    return token.rpartition("|")[2].rpartition("/")[2]


def _narrowed(value: str, first: date, after: date) -> tuple[date, date]:
    match = _DATE.match(value)
    try:
        day = date.fromisoformat(match[2]) if match else None
        if match and match[3]:
            datetime.fromisoformat(match[2] + match[3])
    except ValueError:
        day = None
    if match is None or day is None:
        raise Problem(400, "value", f"{value} is not a date with one of the prefixes of FHIR.")
    next_day = day + timedelta(days=1)
    match match[1] or "eq":
        case "ge":
            return max(first, day), after
        case "gt" | "sa":
            return max(first, next_day), after
        case "le":
            return first, min(after, next_day)
        case "lt" | "eb":
            return first, min(after, day)
    return max(first, day), min(after, next_day)


def _streams(series: Series) -> Iterable[Stream]:
    yield _stream("Encounter", _all(series.visits), status="finished", class_="AMB", provider="LPC")
    yield from _split(
        "DocumentReference",
        series.corrections,
        {"relation": "appends"},
        {},
        status="current",
        type="11506-3",
        setting="primary-care",
        custodian="LPC",
    )
    for letters, hospital in ((series.letters, "SBG"), (series.letters_elsewhere, "LMH")):
        yield from _split(
            "DocumentReference",
            letters,
            {"_tag": "signed-within-24h"},
            {},
            status="current",
            type="18842-5",
            setting="inpatient",
            custodian=hospital,
        )
    yield _stream("Claim", _all(series.denials), status="active", use="claim", provider="LPB")
    yield from _split(
        "ClaimResponse",
        series.denials,
        {"outcome": "error"},
        {"outcome": "complete"},
        status="active",
        use="claim",
    )
    yield from _split(
        "Condition",
        series.sepsis,
        {"_tag": "flagged-within-hour"},
        {},
        code="91302008",
        category="encounter-diagnosis",
    )
    yield from _split(
        "DetectedIssue",
        series.alerts,
        {"_tag": "confirmed"},
        {"_tag": "not-confirmed"},
        status="final",
        code="sepsis-alert",
    )


def _all(share: Share) -> Callable[[date], int]:
    return lambda day: share.of(day)[1]


def _stream(resource: str, a_day: Callable[[date], int], **attributes: str) -> Stream:
    names = {"class_": "class", "provider": "service-provider"} if resource == "Encounter" else {}
    return Stream(
        resource,
        {names.get(name, name): frozenset({value}) for name, value in attributes.items()},
        a_day,
    )


def _split(
    resource: str, share: Share, counted: dict[str, str], rest: dict[str, str], **both: str
) -> Iterable[Stream]:
    yield _stream(resource, lambda day: share.of(day)[0], **both, **counted)
    yield _stream(resource, lambda day: share.of(day)[1] - share.of(day)[0], **both, **rest)
