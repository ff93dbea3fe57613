"""What one MeasureReport (R4, and the names of R5) says: of which days it is, and its numbers.

Nothing is read of a report that is no summary: it names patients. Of a summary neither the subject lists,
nor the resources that were evaluated, nor what is contained are read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from pilots.connectors.answer import shortened
from pilots.connectors.cell_values import Unreadable
from pilots.connectors.fhir_answers import each
from pilots.connectors.fields import Config
from pilots.connectors.measurement import Cadence

ASKED_TYPES = ("population", "summary")
# Older servers say population of what R4 calls a summary.
SUMMARIES = ("summary", "population")
_NO_PERSONS = {"Device", "Group", "HealthcareService", "Location", "Organization"}
_OFF_DENOMINATOR = ("denominator-exclusion", "denominator-exception")
_OFF_NUMERATOR = ("numerator-exclusion",)
_CLOSE = Decimal("0.0005")
_PART = re.compile(r"(\d{4})(?:-(\d{2}))?\Z", re.ASCII)
_DAY = timedelta(days=1)

Report = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ReportedNumbers:
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None
    n: Decimal | None = None


def is_summary(report: Report) -> bool:
    """Whether it may be read: of type summary, and of no person."""
    if report.get("type") not in SUMMARIES:
        return False
    subject = report.get("subject")
    if subject is None:
        return True
    said = subject if isinstance(subject, Mapping) else {}
    path = str(said.get("reference") or "").split("/")
    kind = path[-2] if len(path) > 1 else str(said.get("type") or "")
    return kind in _NO_PERSONS


def is_of(report: Report, measure: str) -> bool:
    """Whether it is of that measure: by its address, with or without a version, or by its id."""
    found = report.get("measure")
    if isinstance(found, Mapping):
        found = found.get("reference")
    plain, wanted = str(found or "").partition("|"), measure.partition("|")
    if wanted[2] and plain[2] and wanted[2] != plain[2]:
        return False
    if "/" in wanted[0]:
        return plain[0] == wanted[0]
    return plain[0].rpartition("/")[2] == wanted[0]


def period(report: Report, cadence: Cadence, zone: tzinfo) -> date:
    """The first day of the period of which it is; Unreadable where that is another one than wanted."""
    said = report.get("period")
    if not isinstance(said, Mapping) or not said.get("start") or not said.get("end"):
        raise Unreadable("The report does not say of which period it is.")
    first, last = _first(str(said["start"]), zone), _last(str(said["end"]), zone)
    if cadence.starts(first) != first or cadence.next(first) != last + _DAY:
        raise Unreadable(f"The report is of {first} to {last}, where a {cadence.value} is wanted.")
    return first


def numbers(
    report: Report, config: Config, *, proportion: bool, counted: bool = False
) -> ReportedNumbers:
    """The numbers that the settings ask for; Unreadable where the report does not have them."""
    if report.get("status") != "complete":
        raise Unreadable(
            f"The report is not complete ({shortened(str(report.get('status')), 20)})."
        )
    part = _part(_group(report, str(config.get("group") or "")), config)
    counts = dict(_counts(part))
    score, is_percent = _score(part)
    top = str(config.get("numerator_code") or "numerator")
    bottom = str(config.get("denominator_code") or "denominator")
    if not proportion:
        n = counts.get("measure-population", counts.get(bottom))
        if counted or config.get("value_of") == "count":
            return ReportedNumbers(value=_needed(counts, top))
        if score is None:
            raise Unreadable("The report has no score.")
        return ReportedNumbers(value=score, n=n)
    return _share(counts, top, bottom, score, is_percent, str(config.get("exclusions") or ""))


def _share(
    counts: Mapping[str, Decimal],
    top: str,
    bottom: str,
    score: Decimal | None,
    is_percent: bool,
    exclusions: str,
) -> ReportedNumbers:
    as_is = (_needed(counts, top), _needed(counts, bottom))
    without = (
        as_is[0] - sum((counts.get(code, Decimal(0)) for code in _OFF_NUMERATOR), Decimal(0)),
        as_is[1] - sum((counts.get(code, Decimal(0)) for code in _OFF_DENOMINATOR), Decimal(0)),
    )
    tried = {"taken_off": [as_is], "to_take_off": [without]}.get(exclusions, [as_is, without])
    if as_is == without:
        tried = [as_is]
    if score is not None:
        shown = " or ".join(f"{a:f} of {b:f}" for a, b in tried)
        tried = [pair for pair in tried if _fits(pair, score, is_percent)]
        if not tried:
            raise Unreadable(f"The score {score:f} is not that of {shown}.")
        if len(tried) > 1:  # a score of few places is near both
            tried = [pair for pair in tried if _is_near(pair, score, is_percent)] or tried
    if len(tried) > 1:
        raise Unreadable(
            "The report has exclusions or exceptions, and no score shows whether they are taken off its counts. "
            "Choose it in the metric's settings."
        )
    return ReportedNumbers(*tried[0])


def _fits(pair: tuple[Decimal, Decimal], score: Decimal, is_percent: bool) -> bool:
    """Whether the score is that of the counts, as far as its places go; it may be written in percent."""
    if pair[1] <= 0:
        return not score
    share, half = pair[0] / pair[1], Decimal(5).scaleb(_exponent(score) - 1)
    in_percent = abs(share * 100 - score) <= max(_CLOSE * 100, half)
    if is_percent:
        return in_percent
    # 0 and 1 without a place are exact.
    close = _CLOSE if _exponent(score) == 0 else max(_CLOSE, half)
    return abs(share - score) <= close or (score > 1 and in_percent)


def _is_near(pair: tuple[Decimal, Decimal], score: Decimal, is_percent: bool) -> bool:
    share = score / 100 if is_percent or score > 1 else score
    return pair[1] > 0 and abs(pair[0] / pair[1] - share) <= _CLOSE


def _exponent(score: Decimal) -> int:
    exponent = score.as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0


def _group(report: Report, wanted: str) -> Report:
    groups = list(each(report, "group"))
    if not wanted and len(groups) == 1:
        return groups[0]
    found = [one for one in groups if wanted and wanted in _names(one, "code", "id", "linkId")]
    if len(found) == 1:
        return found[0]
    names = ", ".join(
        "“" + shortened(next(iter(_names(one, "code", "id", "linkId")), "?"), 40) + "”"
        for one in groups[:10]
    )
    raise Unreadable(
        f"The report has no group “{shortened(wanted, 40)}”. It has: {names or 'none'}."
        if wanted
        else f"The report has {len(groups)} groups ({names or 'none'}): say which one is wanted."
    )


def _part(group: Report, config: Config) -> Report:
    """The group itself, or a part of one of its splits."""
    split, wanted = str(config.get("stratifier") or ""), str(config.get("stratum") or "")
    if not split and not wanted:
        return group
    splits = list(each(group, "stratifier"))
    chosen = (
        [one for one in splits if split in _names(one, "code", "id", "linkId")] if split else splits
    )
    found = [
        one for holder in chosen for one in each(holder, "stratum") if _is_stratum(one, wanted)
    ]
    if len(found) != 1:
        how_many = "no" if not found else "more than one"
        raise Unreadable(f"The report has {how_many} part “{shortened(wanted, 60)}” of that split.")
    return found[0]


def _is_stratum(stratum: Report, wanted: str) -> bool:
    if wanted in _words(stratum.get("value")):
        return True
    pairs = [one.partition("=") for one in wanted.split(";")]
    components = list(each(stratum, "component"))
    return bool(components) and len(components) == len(pairs) and all(
        any(
            name.strip() in _words(one.get("code")) and value.strip() in _words(one.get("value"))
            for one in components
        )
        for name, _equals, value in pairs
    )  # fmt: skip


def _counts(part: Report) -> Iterable[tuple[str, Decimal]]:
    for population in each(part, "population"):
        count = population.get("count")
        if isinstance(count, bool) or not isinstance(count, int):
            continue
        for code in _names(population, "code", "id", "linkId"):
            yield code, Decimal(count)


def _needed(counts: Mapping[str, Decimal], code: str) -> Decimal:
    if code not in counts:
        there = ", ".join(shortened(one, 40) for one in list(counts)[:10]) or "none"
        raise Unreadable(f"The report has no count of “{shortened(code, 40)}”. It has: {there}.")
    return counts[code]


def _score(part: Report) -> tuple[Decimal | None, bool]:
    """The score and whether it is in percent: R4 has a Quantity, R5 one among other types."""
    score = part.get("measureScore", part.get("measureScoreQuantity"))
    value = score.get("value") if isinstance(score, Mapping) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, False
    assert isinstance(score, Mapping)
    return Decimal(str(value)), "%" in (score.get("unit"), score.get("code"))


def _names(holder: Report, *names: str) -> list[str]:
    return [word for name in names for word in _words(holder.get(name))]


def _words(said: object) -> list[str]:
    """What a CodeableConcept, a list of them, or plain text says, codes before texts."""
    if isinstance(said, str):
        return [said]
    if isinstance(said, list):
        return [word for one in said for word in _words(one)]
    if not isinstance(said, Mapping):
        return []
    codings = each(said, "coding")
    found = [
        *(one.get("code") for one in codings),
        *(one.get("display") for one in codings),
        said.get("text"),
    ]
    return [word for word in found if isinstance(word, str) and word]


def _first(text: str, zone: tzinfo) -> date:
    if match := _PART.match(text):
        return date(int(match[1]), int(match[2] or 1), 1)
    return _moment(text, zone).date()


def _last(text: str, zone: tzinfo) -> date:
    """The last day. A period ends within what is written; at midnight it ends with the day before."""
    if match := _PART.match(text):
        begins = date(int(match[1]), int(match[2] or 12), 1)
        return Cadence.MONTH.next(begins) - _DAY
    moment = _moment(text, zone)
    at_midnight = "T" in text and (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.date() - _DAY if at_midnight else moment.date()


def _moment(text: str, zone: tzinfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Unreadable(f"There is no such day as “{shortened(text, 40)}”.") from error
    return found.astimezone(zone) if found.tzinfo else found


def made(report: Report, zone: tzinfo) -> datetime:
    """When it was made; long ago where it does not say."""
    try:
        found = datetime.fromisoformat(str(report.get("date")))
    except ValueError:
        return datetime.min.replace(tzinfo=zone)
    return found if found.tzinfo else found.replace(tzinfo=zone)
