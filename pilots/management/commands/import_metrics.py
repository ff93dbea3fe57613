"""`manage.py import_metrics FILE --map …`: a metric for every organisation of a CSV file."""

from __future__ import annotations

import csv
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper
from django.utils import timezone

from innovation.people.models import Unit, User
from innovation.people.room import PeoplePermission
from innovation.rules import dates as local
from innovation.rules.refusal import Refused
from innovation.web.csv_file import safe_cell
from pilots.connectors import conditions, csv_table, csv_upload
from pilots.connectors.errors import SourceError
from pilots.connectors.measurement import Cadence, Rejected
from pilots.connectors.preview import format_of
from pilots.metrics import actions as metrics
from pilots.metrics.collect import Unusable
from pilots.metrics.forms.mapping import cadence_of, dates
from pilots.metrics.models import (
    Dimension,
    Direction,
    MetricKind,
    PullStatus,
    QuarantinedRow,
    Source,
)
from pilots.metrics.room import MetricsPermission

EXAMPLE = """\
One metric for every organisation in a CSV file, with its numbers and its chart, in one go. The file
is kept as a source; running the same line again changes nothing, and a newer file of the same
source adds and corrects.

The waits in emergency departments of the NHS, one proportion for each organisation that has type 1
attendances:

  python3 manage.py import_metrics ae_attendances.csv \\
      --map date=period entity=org_code numerator=breaches denominator=attendances \\
      --where type=1 --direction lower \\
      --name "Waits over four hours" \\
      --definition "Type 1 attendances that took over four hours ÷ all type 1 attendances" \\
      --unit "Lakeshore Health"

--map takes ROLE=COLUMN: date and entity (with “also” for a second column, such as the speciality, where each
pair is a metric), and numerator and denominator (a proportion) with, if there is one, expected (the sum of the patients' risks), or value and, if there is one, n (how many it rests on). A further column that is
added to one of them is “numerator+=COLUMN” or “denominator+=COLUMN”, as often as there are such columns.
"""
ROLES = ("date", "entity", "also", "numerator", "denominator", "value", "n", "expected")
SHOWN = 200


Options = dict[str, Any]  # of the command line, each of the type that its argument says
Columns = dict[str, Any]  # which column is what, as a source of files keeps it


class Command(BaseCommand):
    help = EXAMPLE

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a CSV file or a spreadsheet")
        parser.add_argument(
            "--map", nargs="+", required=True, metavar="ROLE=COLUMN", help="what each column says"
        )
        parser.add_argument(
            "--where",
            nargs="+",
            default=[],
            metavar="COLUMN=VALUE",
            help="only rows like this; also COLUMN!=VALUE, COLUMN~A,B (one of), COLUMN>5, COLUMN<5, COLUMN= (empty)",
        )
        parser.add_argument("--unit", required=True, help="name or code of the unit it belongs to")
        parser.add_argument(
            "--name", default="", help="name of the metric (default: from the file)"
        )
        parser.add_argument("--definition", default="", help="what is counted over what")
        parser.add_argument("--kind", choices=MetricKind.values, default="")
        parser.add_argument("--direction", choices=Direction.values, default=Direction.NEUTRAL)
        parser.add_argument("--dimension", choices=Dimension.values, default=Dimension.WORKFLOW)
        parser.add_argument(
            "--cadence",
            choices=[one.value for one in Cadence],
            default="",
            help="default: as found",
        )
        parser.add_argument("--measured-in", default="", help="minutes, points …")
        parser.add_argument("--only", nargs="+", default=[], metavar="CODE", help="only these")
        parser.add_argument(
            "--dates",
            choices=["iso", "day_first", "month_first", "serial"],
            default="",
            help="how dates are written (default: as found)",
        )
        parser.add_argument(
            "--weeks",
            choices=["first", "last"],
            default="",
            help="which day of a week stands for it, where it is no Monday (default: as the column's name says)",
        )
        parser.add_argument(
            "--sheet", default="", help="of a spreadsheet (default: the one with the most rows)"
        )
        parser.add_argument(
            "--missing",
            nargs="+",
            default=[],
            metavar="CODE",
            help="what stands for no number, such as -999999 (n/a, *, <5, .. and : are known)",
        )
        parser.add_argument(
            "--keep-totals",
            action="store_true",
            help="rows that look like totals (-, TOTAL, England) are taken like any other",
        )
        parser.add_argument(
            "--zone",
            default="",
            metavar="ZONE",
            help="where the days of the system are, such as Europe/Berlin (default: of the installation)",
        )
        parser.add_argument("--sum", action="store_true", help="add up several rows of a period")
        parser.add_argument("--source", default="", help="name of the source (default: the file's)")
        parser.add_argument("--by", default="", metavar="EMAIL", help="who imports")
        parser.add_argument("--report", type=Path, help="write every refused row to this CSV file")

    def handle(self, *args: object, **options: Any) -> None:
        since = time.monotonic()
        content = self._content(options["file"])
        mapping = self._mapping(options)
        unit = self._unit(options["unit"])
        by = self._person(options["by"], unit)
        kind = options["kind"] or (
            MetricKind.VALUE if mapping.get("value") else MetricKind.PROPORTION
        )
        days = self._days(content, mapping)
        cadence = options["cadence"] or cadence_of(days)
        name = options["source"] or options["file"].name
        kept = Source.objects.filter(unit=unit, name=name).first()
        zone = "" if kept is None else kept.config.get("time_zone", "")
        first = self._first_period(content, mapping, cadence, zone=zone)
        bar = Bar(self.stderr)
        try:
            imported = metrics.import_file(
                by=by,
                at=timezone.now(),
                unit=unit,
                source_name=name,
                file_name=options["file"].name,
                content=content,
                mapping=mapping,
                name=options["name"] or options["file"].stem.replace("_", " ").capitalize(),
                definition=options["definition"] or _definition(mapping),
                kind=kind,
                direction=options["direction"],
                dimension=options["dimension"],
                cadence=cadence,
                measure_unit=options["measured_in"],
                pull_from=first or min(days),
                only=options["only"],
                begun=bar.begin,
                progress=bar.step,
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        bar.end()
        self._tell(imported, seconds=time.monotonic() - since, report=options["report"])

    def _content(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from None

    def _mapping(self, options: Options) -> Columns:
        mapping: Columns = {
            "several_rows": "sum" if options["sum"] else "refuse",
            "date_format": options["dates"],
            "week_days": options["weeks"],
            "missing": ", ".join(options["missing"]),
            "keep_totals": options["keep_totals"],
            "sheet": options["sheet"],
        }
        if options["zone"]:
            mapping["time_zone"] = options["zone"]
        for role, column in map(_pair, options["map"]):
            if (part := role.removesuffix("+")) != role and part in csv_table.ADDED_TO:
                mapping.setdefault(f"{part}_more", []).append(column)
                continue
            if role not in ROLES:
                raise CommandError(f"“{role}” is no role; there are {', '.join(ROLES)}.")
            named = {"entity": "entity_column", "also": "entity_also"}
            mapping[named.get(role, role)] = column
        mapping["filters"] = [condition(text) for text in options["where"]]
        return mapping

    def _days(self, content: bytes, mapping: Columns) -> list[date]:
        try:
            preview = csv_table.preview(content, mapping["sheet"])
        except SourceError as error:
            raise CommandError(error.sentence) from None
        if not mapping["date_format"]:
            found = format_of(preview.values(mapping.get("date", "")))
            mapping["date_format"] = "iso" if found in ("", "ambiguous") else found
        days = dates(preview, mapping.get("date", ""), mapping["date_format"])
        if not days:
            raise CommandError(
                f"The column “{mapping.get('date', '')}” holds no dates that can be read."
                " Look at --map date=… and --dates."
            )
        return days

    def _first_period(
        self, content: bytes, mapping: Columns, cadence: str, *, zone: str
    ) -> date | None:
        settings = {"time_zone": mapping.get("time_zone", "")}
        if problems := csv_upload.KIND.problems(settings, scope="source"):
            raise CommandError("--zone: " + " ".join(problems.values()))
        try:
            return csv_table.first_period(mapping, content, cadence, zone=local.zone_of(zone))
        except SourceError as error:
            raise CommandError(error.sentence) from None

    def _unit(self, wanted: str) -> Unit:
        found = Unit.objects.filter(name__iexact=wanted) | Unit.objects.filter(code=wanted)
        units = list(found.filter(closed_at=None)[:2])
        if len(units) == 1:
            return units[0]
        names = ", ".join(f"“{unit.name}”" for unit in Unit.objects.filter(closed_at=None)[:20])
        many = "more than one unit" if units else "no unit"
        raise CommandError(f"There is {many} named “{wanted}”. There are {names or 'none yet'}.")

    def _person(self, email: str, unit: Unit) -> User:
        if email:
            person = User.objects.filter(email__iexact=email, is_active=True).first()
            if person is None:
                raise CommandError(f"Nobody signs in as {email}.")
            return person
        holders = User.objects.holding(MetricsPermission.MANAGE_SOURCES, unit)
        administrators = holders & User.objects.holding(PeoplePermission.MANAGE, unit)
        person = administrators.order_by("pk").first() or holders.order_by("pk").first()
        if person is None:
            raise CommandError(
                f"Nobody manages sources in {unit}. Give somebody that role, or --by."
            )
        self.stderr.write(f"Recorded as done by {person.name}; name somebody else with --by.")
        return person

    def _tell(self, imported: metrics.Imported, *, seconds: float, report: Path | None) -> None:
        refused = list(
            QuarantinedRow.objects.filter(pull__in=imported.pulls)
            .select_related("pull__metric")
            .order_by("pk")
        )
        rows: list[tuple[str, QuarantinedRow | Rejected]] = [
            (one.pull.metric.entity, one) for one in refused
        ]
        pulled = {pull.metric.entity for pull in imported.pulls}
        unusable = {
            entity: one for entity, one in imported.sample.unusable.items() if entity not in pulled
        }
        rows += [(entity, row) for entity, one in unusable.items() for row in one.rows]
        self._tell_unusable({entity: one for entity, one in unusable.items() if entity})
        if rows:
            self.stdout.write("Refused rows:")
            for entity, row in rows[:SHOWN]:
                self.stdout.write(f"  {entity or '–'}, line {row.line}: {row.reason} ({row.raw})")
            if len(rows) > SHOWN:
                self.stdout.write(f"  … and {len(rows) - SHOWN} more; --report FILE has them all.")
        if report is not None:
            with report.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(["organisation", "line", "what it says", "why it was refused"])
                for entity, row in rows:
                    cells = (entity, str(row.line), row.raw, row.reason)
                    writer.writerow([safe_cell(cell) for cell in cells])
        total = {
            name: sum(getattr(pull, name) for pull in imported.pulls)
            for name in ("received", "added", "revised", "unchanged", "quarantined")
        }
        failed = [pull for pull in imported.pulls if pull.status == PullStatus.FAILED]
        for pull in failed[:20]:
            self.stdout.write(f"  {pull.metric.entity}: {pull.problem}")
        tally = imported.sample.counts
        parts = {"suppressed": tally.suppressed, "not known": tally.unknown}
        of_these = ", ".join(f"{count:,} {what}" for what, count in parts.items() if count)
        self.stdout.write(
            f"{tally.received:,} rows read, {tally.filtered:,} left out by --where or --only, "
            f"{tally.outside:,} outside the days, {tally.refused:,} refused"
            f"{f' ({of_these})' if of_these else ''}."
        )
        self.stdout.write(
            f"{len(imported.pulls):,} metrics pulled "
            f"({len(imported.made):,} new, {len(failed):,} failed): "
            f"{total['added']:,} numbers new, {total['revised']:,} corrected, "
            f"{total['unchanged']:,} as they were, {total['quarantined']:,} refused; "
            f"{seconds:.1f} s."
        )

    def _tell_unusable(self, unusable: Mapping[str, Unusable]) -> None:
        if not unusable:
            return
        self.stdout.write(f"Nothing could be used of {len(unusable):,} named in the file:")
        for number, (entity, one) in enumerate(unusable.items()):
            why = f"; line {one.rows[0].line}: {one.rows[0].reason}" if number < SHOWN else ""
            self.stdout.write(f"  {entity}, {one.count:,} refused{why}")


class Bar:
    """A progress bar where somebody watches, silence elsewhere."""

    WIDTH = 30

    def __init__(self, out: OutputWrapper, what: str = "metrics") -> None:
        self.out, self.what, self.shown = out, what, sys.stderr.isatty()
        self.done = self.total = 0

    def begin(self, total: int) -> None:
        self.total = total
        self._draw()

    def step(self, _done: object = None) -> None:
        self.done += 1
        self._draw()

    def end(self) -> None:
        if self.shown:
            self.out.write("")

    def _draw(self) -> None:
        if self.shown and self.total:
            filled = self.WIDTH * self.done // self.total
            bar = "#" * filled + "·" * (self.WIDTH - filled)
            self.out.write(f"\r[{bar}] {self.done:,} of {self.total:,} {self.what}", ending="")
            self.out.flush()


def _pair(text: str) -> tuple[str, str]:
    left, sign, right = text.partition("=")
    if not sign or not left.strip() or not right.strip():
        raise CommandError(f"“{text}” should be written as NAME=COLUMN.")
    return left.strip(), right.strip()


def condition(text: str) -> dict[str, str]:
    """One condition of --where, as a mapping keeps it."""
    found = conditions.written(text)
    if found is None:
        raise CommandError(
            f"“{text}” should be written as COLUMN=VALUE, COLUMN!=VALUE, COLUMN~A,B, COLUMN>5 or COLUMN<5."
        )
    return found


def _definition(mapping: Columns) -> str:
    if mapping.get("value"):
        return str(mapping["value"])
    over, under = (
        " + ".join([str(mapping.get(part, "")), *mapping.get(f"{part}_more", [])])
        for part in csv_table.ADDED_TO
    )
    return f"{over} ÷ {under}"
