"""The document of a pack: its sentences, pictures and numbers as a PDF that a screen reader reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.web import documents
from innovation.web.templatetags.components.data import verdict_word
from pilots.evidence.marks import Mark, in_words
from pilots.evidence.presenters import MetricCard, drawn_alone, marked
from pilots.evidence.queries import Reading
from pilots.gates.models import Decision, Recommended, SignedWith
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Dimension
from pilots.statistics.effects import Effect

LAYOUT = Path(__file__).with_name("evidence.typ")
SANS = documents.SANS


def pdf(
    pilot: Pilot,
    readings: Sequence[Reading],
    marks: Mapping[int, tuple[Mark, ...]],
    results: Mapping[str, Any],
    agreed: Mapping[str, Any],
    *,
    decided: Sequence[Mapping[str, Any]] = (),
    at: datetime,
) -> bytes:
    """The document as bytes, the same for the same content and moment."""
    pictures = [drawn_alone(one, marks[one.metric.pk], font=SANS) for one in readings]
    return documents.typeset(
        LAYOUT,
        sheet(pilot, readings, marks, results, agreed, decided=decided, at=at),
        pictures={
            f"chart-{place}.svg": picture for place, picture in enumerate(pictures) if picture
        },
        at=at,
    )


def sheet(
    pilot: Pilot,
    readings: Sequence[Reading],
    marks: Mapping[int, tuple[Mark, ...]],
    results: Mapping[str, Any],
    agreed: Mapping[str, Any],
    *,
    decided: Sequence[Mapping[str, Any]] = (),
    at: datetime,
) -> dict[str, object]:
    """All that the layout sets, in words."""
    language, _dash, region = settings.LANGUAGE_CODE.partition("-")
    day = dates.day_of(at)
    frozen = _("Frozen on %(moment)s") % {"moment": dates.moment_in_words(at)}
    return {
        "title": _("Evidence of %(pilot)s") % {"pilot": pilot.title},
        "author": settings.ORGANISATION,
        "description": pilot.summary,
        "lang": language,
        "region": region or None,
        "date": [day.year, day.month, day.day],
        "frozen": frozen,
        "kicker": " · ".join((pilot.unit.name, str(pilot.get_status_display()), frozen)),
        "lede": list(filter(None, (pilot.hypothesis, _lived(pilot)))),
        "verdicts": _verdicts(results["verdicts"]),
        "metrics": [
            _metric(place, one, marks[one.metric.pk], told)
            for place, (one, told) in enumerate(zip(readings, results["metrics"], strict=True))
        ],
        "parts": [_agreed(agreed), _decided(decided), _again(results)],
    }


def _lived(pilot: Pilot) -> str:
    if pilot.went_live_on is None:
        return _("It is not live yet.")
    return _("Live since %(day)s.") % {"day": dates.day_of_year_in_words(pilot.went_live_on)}


def _verdicts(found: Sequence[Mapping[str, Any]]) -> dict[str, object] | None:
    if not found:
        return None
    rows = [
        [str(Dimension(one["dimension"]).label), verdict_word(one["verdict"]), one["sentence"]]
        for one in found
    ]
    columns = [_("Dimension"), _("Verdict"), _("Why")]
    table = _table(_("By dimension"), columns, rows, widths=(2, 2, 6))
    return {"heading": _("Verdicts"), **table}


def _metric(
    place: int, reading: Reading, marks: Sequence[Mark], told: Mapping[str, Any]
) -> dict[str, object]:
    metric = reading.metric
    kicker = [str(metric.get_role_display()), str(metric.get_dimension_display())]
    kicker += [f"{label} {value}" for label, value in MetricCard(reading).planned]
    # Once, though a verdict may say what the guardrail says.
    sentences = dict.fromkeys(filter(None, (reading.verdict_sentence, reading.guardrail_sentence)))
    drawn = reading.numbers.analysis is not None
    return {
        "name": metric.name,
        "kicker": " · ".join(kicker),
        "word": reading.verdict,
        "verdict": verdict_word(reading.verdict),
        "sentences": list(sentences),
        "chart": f"chart-{place}.svg" if drawn else None,
        "alt": f"{metric.name}. {reading.sentence}",
        "caption": f"{_caption(reading)} {in_words(marked(reading, marks))}".strip(),
        "design": reading.design_sentence,
        "tables": list(_tables(reading, told["sites"])),
        "remarks": reading.remarks,
        "trust": _trust(reading, by_hand=told["trust"]["by_hand"]),
    }


def _caption(reading: Reading) -> str:
    said = _("%(metric)s, period by period; the numbers are in data.csv.")
    if reading.numbers.expected is not None:
        said = _(
            "%(metric)s, period by period, and dashed what was to be expected without the pilot; the"
            " numbers are in data.csv."
        )
    return said % {"metric": reading.metric.name}


def _tables(reading: Reading, sites: Sequence[Mapping[str, Any]]) -> Iterable[dict[str, object]]:
    columns = [_("What"), _("Value")]
    yield _table(_("Numbers behind it"), columns, list(_behind(reading)), widths=(3, 5))
    if sites:
        columns = [_("Site"), _("Live since"), _("Periods before"), _("Periods since")]
        rows = [_site(one) for one in sites]
        yield _table(_("Sites that are compared; sites.csv has their numbers"), columns, rows,
                     widths=(4, 3, 2, 2))  # fmt: skip


def _site(one: Mapping[str, Any]) -> list[str]:
    name = one["name"] or _("Site %(number)s") % {"number": one["site"]}
    day = _("not live")
    if one["live_on"] is not None:
        day = dates.day_of_year_in_words(date.fromisoformat(one["live_on"]))
    return [name, day, str(one["periods_before"]), str(one["periods_since"])]


def _behind(reading: Reading) -> Iterable[list[str]]:
    """The numbers as a reader wants them; with all their digits they are in results.json."""
    figures, effect, level = reading.figures, reading.effect, reading.level
    if effect is not None:
        before, since = _("Before"), _("Since go-live")
        if reading.numbers.modelled:
            before, since = _("Expected without the pilot"), _("Seen since go-live")
        yield [before, _points(figures.write(effect.before), effect.points_before)]
        yield [since, _points(figures.write(effect.after), effect.points_after)]
        yield [_("Difference"), _interval(reading, effect)]
    if level is not None and level.lower is not None and level.upper is not None:
        ends = {"low": figures.bare(level.lower), "high": figures.write(level.upper)}
        yield [_("Level, interval"), _("%(low)s to %(high)s") % ends]
    if effect is not None and effect.autocorrelation is not None:
        alike = f"{effect.autocorrelation:.2f}".replace("-", "−")
        yield [_("Neighbours alike (autocorrelation)"), alike]
    rail = reading.numbers.guardrail
    if rail is not None and rail.run_length is not None:
        length = f"{rail.run_length:.0f}" if rail.run_length < 1e9 else "∞"
        yield [_("Looks between false harm signals at the limit"), length]
    known = _("%(points)s with a number") % {"points": reading.series.known}
    yield [_("Periods"), known]


def _points(level: str, points: int) -> str:
    told = ngettext("%(n)s period", "%(n)s periods", points) % {"n": points}
    return f"{level} ({told})" if points else _("no number")


def _interval(reading: Reading, effect: Effect) -> str:
    told = reading.interval or "–"
    return f"{told}, {effect.method}" if effect.lower is not None else told


def _trust(reading: Reading, *, by_hand: bool) -> str:
    card = MetricCard(reading)
    source = _("%(source)s, uploaded by hand") if by_hand else _("%(source)s, pulled")
    parts = [card.source if reading.metric.source.by_hand else source % {"source": card.source}]
    if card.pulled_at is not None:
        parts.append(_("last on %(moment)s") % {"moment": dates.moment_in_words(card.pulled_at)})
    if card.n:
        parts.append(f"n = {number(card.n, 0)} {card.n_unit}".strip())
    return " · ".join([*parts, card.definition])


def _agreed(agreed: Mapping[str, Any]) -> dict[str, object]:
    heading = _("What was agreed")
    if agreed["agreed"] is None:
        nothing = _("No resources were approved, so nothing was agreed on beforehand.")
        return {"heading": heading, "sentences": [nothing], "table": None}
    approved = datetime.fromisoformat(agreed["approved_at"])
    sentences = [
        _("The protocol was frozen on %(moment)s. Its SHA-256 is %(hash)s; protocol.json has it.")
        % {"moment": dates.moment_in_words(approved), "hash": agreed["sha256"]}
    ]
    if not agreed["changes"]:
        sentences.append(_("All is as it was agreed."))
        return {"heading": heading, "sentences": sentences, "table": None}
    rows = [
        [one["of"] or "–", one["what"], one["before"], one["after"]] for one in agreed["changes"]
    ]
    columns = [_("Metric"), _("What"), _("Agreed"), _("Now")]
    table = _table(_("Not as it was agreed"), columns, rows, widths=(3, 3, 4, 4))
    return {"heading": heading, "sentences": sentences, "table": table}


def _decided(decided: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    heading = _("What was decided")
    if not decided:
        return {"heading": heading, "sentences": [_("Nothing yet.")], "table": None}
    sentences = []
    rows = []
    for one in decided:
        gate = str(Gate(one["gate"]).label)
        rows.append(
            [
                gate,
                str(Decision(one["decision"]).label),
                _who(one["decided_by"], one["decided_for"]),
                _moment(one["decided_at"]),
            ]
        )
        sentences += [f"{gate}: {said}" for said in _marked_by(one)]
        for signed in one["signatures"]:
            sentences.append(
                _(
                    "%(gate)s: signed by %(who)s on %(when)s (%(how)s); SHA-256 of what was seen: %(hash)s."
                )
                % {
                    "gate": gate,
                    "who": _who(signed["person"], signed["signed_for"]),
                    "when": _moment(signed["signed_at"]),
                    "how": SignedWith(signed["signed_with"]).label,
                    "hash": signed["seen_sha256"],
                }
            )
        for said in one["dissent"]:
            sentences.append(
                _("%(gate)s: a concern of %(who)s, %(when)s: “%(text)s”")
                % {
                    "gate": gate,
                    "who": said["person"],
                    "when": _moment(said["at"]),
                    "text": said["text"],
                }
            )
    columns = [_("Gate"), _("Decision"), _("By"), _("When")]
    table = _table(_("Decisions; decisions.json has them whole"), columns, rows,
                   widths=(2, 2, 4, 3))  # fmt: skip
    return {"heading": heading, "sentences": sentences, "table": table}


def _marked_by(one: Mapping[str, Any]) -> Iterable[str]:
    """What a decision on the outcome is marked by, with its reasons."""
    if one["against"]:
        said = _("Decided against the agreed rule, which said “%(rule)s”: %(why)s")
        rule = str(Recommended(one["recommended"]).label).lower()
        yield said % {"rule": rule, "why": one["against"]}
    if one["early_until"]:
        said = _("Decided before its time, which was to be until %(day)s at the least: %(why)s")
        day = dates.day_in_words(date.fromisoformat(one["early_until"]))
        yield said % {"day": day, "why": one["early_because"]}
    if one["stale"]:
        said = _("Decided on old numbers, of %(metrics)s: %(why)s")
        yield said % {"metrics": one["stale"], "why": one["stale_because"]}


def _who(person: str, whom: str | None) -> str:
    return _("%(person)s for %(whom)s") % {"person": person, "whom": whom} if whom else person


def _moment(text: str) -> str:
    return dates.moment_in_words(datetime.fromisoformat(text))


def _again(results: Mapping[str, Any]) -> dict[str, object]:
    return {
        "heading": _("Computing it again"),
        "sentences": [
            _(
                "recompute.R (base R) and recompute.py compute every verdict anew from data.csv, "
                "sites.csv and plan.csv, with no code of the product, and compare with results.csv. "
                "README.txt says how; SHA256SUMS has the hash of each file."
            ),
            _("The analysis is that of %(version)s.") % {"version": results["analysis"]},
        ],
        "table": None,
    }


def _table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, widths: Sequence[int]
) -> dict[str, object]:
    return {"caption": caption, "columns": columns, "rows": rows, "widths": widths}
