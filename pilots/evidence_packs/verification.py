"""Whether a pack is what was frozen, whether its verdicts are what its data gives, and what has
changed since."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.audit import queries as log
from innovation.rules.dates import moment_in_words
from pilots.evidence.numbers import ANALYSIS
from pilots.evidence_packs import archive, contents, queries, scripts, tables
from pilots.evidence_packs.archive import NoPack
from pilots.evidence_packs.models import EvidencePack
from pilots.gates import queries as gates
from pilots.lifecycle.models import Pilot

TOLERANCE = 1e-6
# R takes some milliseconds a metric; a guardrail of rare events a second.
PATIENCE = 600
TOLD = 5
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class PackCheck:
    """One thing that was looked at; `well` is None where it is told and proves nothing."""

    about: str
    well: bool | None
    found: str


@dataclass(frozen=True)
class PackTables:
    """The rows of a pack's tables, one after the other as they are written."""

    plan: Rows
    data: Rows
    results: Rows
    sites: Rows

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> PackTables:
        plan, data, results = (tables.read(files[name]) for name in
                               ("plan.csv", "data.csv", "results.csv"))  # fmt: skip
        # Packs of before sites were compared have none.
        return cls(plan, data, results, tables.read(files.get("sites.csv", b"")))


def checks(content: bytes, *, at: datetime) -> Iterator[PackCheck]:
    """Everything that can be asked of a pack, from its bytes."""
    own = archive.digest(content)
    pack = EvidencePack.objects.filter(Q(sha256=own) | Q(held_sha256=own)).for_list().first()
    yield _frozen_here(pack)
    try:
        files = archive.unpacked(content)
    except NoPack as error:
        yield PackCheck(_("hashes"), False, str(error))
        return
    differing = archive.differing(files)
    yield PackCheck(
        _("hashes"), not differing, " ".join(differing) or _("Each file is as SHA256SUMS says.")
    )
    try:
        held = PackTables.of(files)
        told: dict[str, Any] = json.loads(files["results.json"])
        yield _engine(held, told)
        yield _same_results(held.results, told)
        changed = list(_since(held, told, at=at))
    except (LookupError, ValueError, TypeError, csv.Error) as error:
        yield PackCheck(
            _("tables"), False, _("They cannot be read: %(why)s") % {"why": repr(error)}
        )
        return
    with tempfile.TemporaryDirectory(prefix="pilotlight-pack-") as folder:
        for name, file in files.items():
            (Path(folder) / name).write_bytes(file)
        python, rscript = [sys.executable, "-I"], shutil.which("Rscript")
        yield _script("recompute.py", python, files, Path(folder), known=pack is not None)
        r = [rscript, "--vanilla"] if rscript else None
        yield _script("recompute.R", r, files, Path(folder), known=pack is not None)
    yield from changed


def _frozen_here(pack: EvidencePack | None) -> PackCheck:
    if pack is None:
        return PackCheck(_("frozen here"), False, _("No pack of these bytes was frozen here."))
    facts = {
        "number": pack.pk,
        "when": moment_in_words(pack.frozen_at),
        "who": pack.frozen_by.name,
        "hash": pack.sha256,
    }
    said = _("Pack %(number)s, frozen on %(when)s by %(who)s. Its SHA-256 is %(hash)s.") % facts
    if not pack.held_sha256:
        return PackCheck(_("frozen here"), True, said)
    attested = log.attestations("sealed").get(f"evidencepack:{pack.pk}")
    if attested is None or attested.digest != pack.held_sha256:
        return PackCheck(
            _("frozen here"),
            False,
            said + " " + _("It was changed since, and the log does not say so."),
        )
    redacted = _(
        "Words that named a patient were taken out of it since, as event %(event)s of the log says; "
        "what is held has the SHA-256 %(held)s. Destroy copies from before."
    ) % {"event": attested.event, "held": pack.held_sha256}
    return PackCheck(_("frozen here"), True, f"{said} {redacted}")


def _engine(held: PackTables, told: Mapping[str, Any]) -> PackCheck:
    """The product's own engine, from the tables alone."""
    about = _("product's engine")
    again = [
        tables.answered_again(row, _of(row["metric"], held.data), _of(row["metric"], held.sites))
        for row in held.plan
    ]
    found = _differences(held.results, [tables.result_row(one) for one in again], tables.RESULTS)
    rows = [row for one in again for row in tables.data_rows(one)]
    found += _differences(held.data, rows, tables.DATA)
    rows = [row for one in again for row in tables.site_rows(one)]
    found += _differences(held.sites, rows, tables.SITES)
    if not found:
        said = ngettext("%(n)s metric comes out the same.", "%(n)s metrics come out the same.",
                        len(again))  # fmt: skip
        return PackCheck(about, True, said % {"n": len(again)})
    if told["analysis"] != ANALYSIS:
        other = _("It was frozen under the analysis of %(then)s, and this is that of %(now)s:") % {
            "then": told["analysis"],
            "now": ANALYSIS,
        }
        return PackCheck(about, None, f"{other} {_some(found)}")
    return PackCheck(about, False, _some(found))


def _of(metric: str, rows: Rows) -> Rows:
    return [row for row in rows if row["metric"] == metric]


def _differences(said: Rows, computed: Sequence[tables.Row], columns: Sequence[str]) -> list[str]:
    """Where a row computed anew is not the one that was frozen, in words."""
    if len(said) != len(computed):
        return [
            _("%(said)s rows, and %(now)s computed.") % {"said": len(said), "now": len(computed)}
        ]
    return [
        f"{row['metric']} {row.get('period', '')} {name}: {row[name]} → {now}".replace("  ", " ")
        for row, other in zip(said, computed, strict=True)
        for name in columns
        if not _alike(row[name], now := tables.cell(other.get(name)))
    ]


def _alike(said: str, computed: str) -> bool:
    if said == computed:
        return True
    try:
        one, other = float(said), float(computed)
    except ValueError:
        return False
    return abs(one - other) <= TOLERANCE * max(1.0, abs(one), abs(other))


def _same_results(results: Rows, told: Mapping[str, Any]) -> PackCheck:
    """What people read (JSON) against what the scripts compare with (CSV)."""
    by_metric = {row["metric"]: row for row in results}
    found = [
        f"{one['name']}: {name}"
        for one in told["metrics"]
        for name, value in one["results"].items()
        if not _alike(by_metric[str(one["metric"])][name], tables.cell(value))
    ]
    found += [
        f"{one['name']}: {one['verdict']}"
        for one in told["metrics"]
        if by_metric[str(one["metric"])]["verdict"] != one["verdict"]
    ]
    return PackCheck(
        _("results"), not found, _some(found) or _("results.json says what results.csv says.")
    )


def _script(
    name: str,
    program: list[str] | None,
    files: Mapping[str, bytes],
    folder: Path,
    *,
    known: bool,
) -> PackCheck:
    """The pack's own script, in a process of its own; never one that somebody put there."""
    if program is None:
        return PackCheck(name, None, _("Not run: Rscript is not on this machine."))
    if not known and files.get(name) != scripts.files()[name]:
        return PackCheck(name, False, _("Not run: it is no script of this product."))
    try:
        done = subprocess.run(
            [*program, str(folder / name), str(folder)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return PackCheck(name, False, _("It did not end."))
    lines = done.stdout.splitlines()
    if done.returncode == 0:
        return PackCheck(name, True, lines[-1] if lines else "")
    metric, found = "", []
    for line in lines:
        metric = line if line.startswith("metric ") else metric
        if "DIFFERS" in line:
            found.append(f"{metric}: {line.strip()}")
    return PackCheck(name, False, _some(found) or done.stderr.strip()[-500:])


def _since(held: PackTables, told: Mapping[str, Any], *, at: datetime) -> Iterator[PackCheck]:
    """What the database has now that is not as it was frozen."""
    about = _("since then")
    pilot = Pilot.objects.filter(pk=told["pilot"]["id"]).select_related("unit").first()
    if pilot is None:
        yield PackCheck(about, None, _("There is no such pilot here."))
        return
    readings = gates.readings_in_order(pilot, at=at)
    now = PackTables.of(contents.csv_files(readings, queries.own_sites(readings)))
    names = {row["metric"]: row["name"] for row in held.plan}
    found = _plan_changes(held.plan, now.plan)
    found += _number_changes(held.data, now.data, names)
    found += _site_changes(held.sites, now.sites, names)
    found += _verdict_changes(held.results, now.results, names)
    if not found:
        yield PackCheck(about, None, _("Nothing has changed: the database says the same now."))
    for one in found:
        yield PackCheck(about, None, one)


def _plan_changes(then: Rows, now: Rows) -> list[str]:
    known = {row["metric"]: row for row in now}
    found = []
    for row in then:
        other = known.pop(row["metric"], None)
        if other is None:
            found.append(_("%(metric)s is gone.") % {"metric": row["name"]})
            continue
        found += [
            f"{row['name']}, {name}: {row[name] or '–'} → {other[name] or '–'}"
            for name in tables.PLAN
            if name in row and row[name] != other[name]
        ]
    return found + [_("%(metric)s is new.") % {"metric": row["name"]} for row in known.values()]


def _number_changes(then: Rows, now: Rows, names: Mapping[str, str]) -> list[str]:
    # Packs of before there were expected numbers do not say.
    measured = ("value", "numerator", "denominator", "n", "version", "expected")
    known = {(row["metric"], row["period"]): [row.get(m, "") for m in measured] for row in now}
    found = []
    for metric, name in names.items():
        rows = {(r["metric"], r["period"]): [r.get(m, "") for m in measured] for r in then
                if r["metric"] == metric}  # fmt: skip
        changed = [key for key, held in rows.items() if known.get(key, [""] * 6) != held]
        more = sum(key[0] == metric and key not in rows for key in known)
        if changed:
            first = changed[0]
            said = ngettext(
                "%(metric)s: %(n)s number is not as it was; %(period)s was %(then)s and is %(now)s.",
                "%(metric)s: %(n)s numbers are not as they were; the first, %(period)s, was %(then)s "
                "and is %(now)s.",
                len(changed),
            )
            found.append(
                said
                % {
                    "metric": name,
                    "n": len(changed),
                    "period": first[1],
                    "then": rows[first][0] or "–",
                    "now": known.get(first, [""])[0] or "–",
                }
            )
        if more:
            said = ngettext(
                "%(metric)s: %(n)s period more.", "%(metric)s: %(n)s periods more.", more
            )
            found.append(said % {"metric": name, "n": more})
    return found


def _site_changes(then: Rows, now: Rows, names: Mapping[str, str]) -> list[str]:
    """Of the numbers of the sites that a metric is compared with, how many are not as they were."""
    found = []
    for metric, name in names.items():
        before, after = (
            {
                (row["site"], row["period"]): (row["value"], row["cases"], row["live"])
                for row in rows
            }
            for rows in (_of(metric, then), _of(metric, now))
        )
        nothing = ("", "", "")
        others = [
            key
            for key in before.keys() | after.keys()
            if key[0] != "0" and before.get(key, nothing) != after.get(key, nothing)
        ]
        if others:
            said = ngettext(
                "%(metric)s: %(n)s number of other sites is not as it was, or new.",
                "%(metric)s: %(n)s numbers of other sites are not as they were, or new.",
                len(others),
            )
            found.append(said % {"metric": name, "n": len(others)})
    return found


def _verdict_changes(then: Rows, now: Rows, names: Mapping[str, str]) -> list[str]:
    known = {row["metric"]: row["verdict"] for row in now}
    return [
        f"{names[row['metric']]}: {row['verdict']} → {known[row['metric']]}"
        for row in then
        if row["metric"] in known and known[row["metric"]] != row["verdict"]
    ]


def _some(found: Sequence[str]) -> str:
    """The first of them, and how many there are."""
    more = len(found) - TOLD
    told = "; ".join(found[:TOLD])
    return f"{told}; {_('and %(n)s more') % {'n': more}}" if more > 0 else told
