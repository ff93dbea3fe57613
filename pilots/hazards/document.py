"""The safety case report as a document: the hazard log as it was signed, by whom, and under which hash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.rules import dates
from innovation.web import documents
from pilots.hazards.matrix import WORDS, Risk
from pilots.hazards.models import SignedHazardLog
from pilots.hazards.presenters import CaseHazard, case_of, matrix_of

LAYOUT = Path(__file__).with_name("case.typ")


def pdf(signed: SignedHazardLog) -> bytes:
    """The document as bytes, dated by the signature."""
    return documents.typeset(LAYOUT, sheet(signed), at=signed.signed_at)


def sheet(signed: SignedHazardLog) -> dict[str, object]:
    """All that the layout sets, in words."""
    pilot = signed.pilot
    language, _dash, region = settings.LANGUAGE_CODE.partition("-")
    day = dates.day_of(signed.signed_at)
    frozen = _("Version %(n)s, signed on %(day)s") % {
        "n": signed.version,
        "day": dates.day_in_words(day),
    }
    return {
        "title": _("Safety case report of %(pilot)s") % {"pilot": pilot.title},
        "author": settings.ORGANISATION,
        "description": pilot.summary,
        "lang": language,
        "region": region or None,
        "date": [day.year, day.month, day.day],
        "frozen": frozen,
        "kicker": " · ".join((pilot.unit.name, frozen)),
        "parts": [_about(signed), _signature(signed), _rated()],
        "hazards_heading": _("Hazards"),
        "hazards": [_hazard(one) for one in case_of(signed.content)],
        "trust": _("The SHA-256 of the log as it was signed is %(digest)s.")
        % {"digest": signed.digest},
    }


def _about(signed: SignedHazardLog) -> dict[str, object]:
    pilot = signed.pilot
    rows = [
        [_("What is done differently"), pilot.change or _("Not said")],
        [_("Unit"), pilot.unit.name],
        [_("Lead"), pilot.lead.name],
        [_("Sponsor"), pilot.sponsor.name if pilot.sponsor else _("Nobody yet")],
        [_("Pathway"), str(pilot.get_pathway_display()) or _("Not chosen")],
    ]
    table = _table(_("The pilot"), [_("What"), _("Said")], rows, widths=(2, 6))
    return {"heading": _("What it is about"), "sentences": [pilot.summary], "table": table}


def _signature(signed: SignedHazardLog) -> dict[str, object]:
    who = signed.signed_by.name
    if signed.signed_for is not None:
        who = _("%(who)s for %(whom)s") % {"who": who, "whom": signed.signed_for.name}
    said = _("Signed by %(who)s on %(moment)s, under the hash %(digest)s.") % {
        "who": who,
        "moment": dates.moment_in_words(signed.signed_at),
        "digest": signed.digest,
    }
    return {
        "heading": _("Why what is left may be carried"),
        "sentences": [signed.reason, said],
        "table": None,
    }


def _rated() -> dict[str, object]:
    matrix = matrix_of([])
    rows = [[row.label, *(str(cell.rating) for cell in row.cells)] for row in matrix.rows]
    words = "; ".join(f"{rating}: {word}" for rating, word in sorted(WORDS.items()))
    return {
        "heading": _("How risks are rated"),
        "sentences": [
            _(
                "By severity and likelihood, with the matrix of DCB0129; nothing of 4 or 5 is signed."
            ),
            f"{words}.",
        ],
        "table": _table(
            _("Rating by likelihood (down) and severity (across)"),
            [_("Likelihood"), *matrix.heads],
            rows,
            widths=(2, 2, 2, 2, 2, 2),
        ),
    }


def _hazard(one: CaseHazard) -> dict[str, object]:
    return {
        "title": one.said["title"],
        "sentences": [list(pair) for pair in _sentences(one)],
        "table": _controls(one),
    }


def _sentences(one: CaseHazard) -> Iterable[tuple[str, str]]:
    yield _("Why it could happen:"), one.said["cause"]
    yield _("What it would do:"), one.said["effect"]
    yield _("What is done already:"), one.said["controls"] or _("Nothing yet")
    if one.risk is not None:
        yield _("Before:"), _risk(one.risk)
    if one.residual is not None:
        yield _("Left:"), f"{_risk(one.residual)} {one.said['residual_why']}"
    reports: Sequence[int] = one.said["reports"]
    if reports:
        said = ngettext("report %(numbers)s", "reports %(numbers)s", len(reports))
        yield _("Shown by:"), said % {"numbers": ", ".join(map(str, reports))}


def _risk(risk: Risk) -> str:
    return _("%(of)s, rating %(n)s (%(word)s).") % {
        "of": risk.of,
        "n": risk.rating,
        "word": risk.word,
    }


def _controls(one: CaseHazard) -> dict[str, object] | None:
    rows = [
        [
            control["text"],
            control["owner"],
            _("in place") if control["done_on"] else _("not in place yet"),
            control["metric"] or "–",
        ]
        for control in one.said["further"]
    ]
    if not rows:
        return None
    columns = [_("What more is done"), _("Who"), _("Where it stands"), _("Watched by")]
    return _table(_("Further controls"), columns, rows, widths=(5, 3, 2, 3))


def _table(
    caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, widths: Sequence[int]
) -> dict[str, object]:
    return {"caption": caption, "columns": columns, "rows": rows, "widths": widths}
