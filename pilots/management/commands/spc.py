"""Control charts of a CSV file: numbers, rules and icons as JSON or CSV, and the picture."""

from __future__ import annotations

import csv
import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify

from innovation.web.charts import control_chart, standalone
from innovation.web.csv_file import safe_cell
from pilots.connectors.errors import SourceError
from pilots.management.commands import _spc_periods as periods
from pilots.management.commands import _spc_rows as rows
from pilots.management.commands._spc_amounts import (
    OF_VALUES,
    Amount,
    amount,
    as_share,
    in_unit_of_values,
)
from pilots.management.commands._spc_charts import (
    KINDS,
    LANEY,
    ROLES,
    RULES,
    Charted,
    ChartKind,
    Options,
    summarise,
)
from pilots.management.commands._spc_charts import charted as charts_of
from pilots.management.commands._spc_rows import NamedSeries
from pilots.management.commands.import_metrics import Bar, condition
from pilots.statistics.series import Floats

SHOWN = 20


class Command(BaseCommand):
    help = f"""Control charts of a CSV file: limits, rules and icons as JSON or CSV, and the picture.
No database is read or written.

Waits over four hours of every emergency department, as proportions:

  python3 manage.py spc ae_attendances.csv --chart p --x period --series org_code \\
      --numerator breaches --denominator attendances --where type=1 --direction lower

One series of minutes, limits from the first 26 weeks, the picture beside it:

  python3 manage.py spc minutes.csv --chart xmr --x week --value minutes \\
      --baseline 26 --direction lower --target 13 --svg minutes.svg

Limits anew from March, the week of the strike left out of them, Nelson's rules, as a table:

  python3 manage.py spc falls.csv --chart u --x week --numerator falls --denominator bed_days \\
      --per 1000 --step 2026-03-02 --exclude 2026-02-09 --rules nelson --format csv

Subgroups, one measurement a line:

  python3 manage.py spc rings.csv --chart xbar_r --x sample --value diameter

The level and sigma are known from elsewhere; a code stands for what is missing:

  python3 manage.py spc glucose.csv --x day --value mmol --centre 6.1 --sigma 0.4 --missing -9 '*'

Charts: {", ".join(f"{name} ({kind.words})" for name, kind in KINDS.items())}.
p and u become Laney's p′ and u′ as --laney says. An empty cell is a missing point: it is passed over.
Points are charted in the order of time, whatever the order of the file. Rows that cannot be read,
and lines of totals, are listed with the reason, and the rest is charted."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("file", type=Path, metavar="FILE", help="a CSV file or a spreadsheet")
        add("--sheet", default="", help="of a spreadsheet (default: the one with the most rows)")
        add("--chart", choices=KINDS, default="xmr", help="default: xmr")
        add("--x", default="", metavar="COLUMN", help="dates or names of the points")
        add("--series", default="", metavar="COLUMN", help="what tells several series apart")
        for role in ROLES:
            add(f"--{role}", default="", metavar="COLUMN")
        add(
            "--where",
            nargs="+",
            default=[],
            metavar="COLUMN=VALUE",
            help="only rows like this; also != ~A,B > <",
        )
        add("--dates", choices=["iso", "day_first", "month_first", "serial"], default="iso")
        add("--decimal-comma", action="store_true", help="numbers are written 3,14")
        add("--decimal-point", action="store_true", help="they are written 3.14 (or 1,234.5)")
        add("--missing", nargs="+", default=[], metavar="CODE", help="what stands for no number")
        add("--keep-totals", action="store_true", help="chart rows that look like totals")
        add("--baseline", metavar="POINT", help="the last point that sets the limits of its step")
        add("--step", nargs="+", default=[], metavar="POINT", help="limits begin anew from here")
        add("--exclude", nargs="+", default=[], metavar="POINT", help="left out of the limits")
        add("--no-screen", action="store_true", help="keep large moving ranges in the limits")
        add("--laney", choices=LANEY, default="auto", help="p′ and u′ (default: where they differ)")
        add("--per", type=float, default=1.0, help="u: events per so many units of exposure")
        add("--rules", nargs="+", choices=RULES, default=["mdc"], help="default: mdc")
        add("--run", type=int, choices=(6, 7, 8), default=7, help="mdc: points of a run")
        add("--trend", type=int, choices=(6, 7, 8), default=7, help="mdc: points of a trend")
        add(
            "--direction", choices=["higher", "lower", "neutral"], default="neutral", help="is good"
        )
        add("--target", type=amount, help="in the unit charted; 0.9 or 90%% for proportions")
        add("--centre", type=amount, help="a level known beforehand, not from these points")
        add("--sigma", type=amount, help="a sigma known beforehand (values and subgroups)")
        add("--format", choices=["json", "csv"], default="json")
        add("--out", type=Path, help="write there (default: the screen)")
        add("--svg", type=Path, metavar="OUT", help="draw there; several series: OUT-NAME.svg")
        add("--unit", default="", help="written beside the axis of the picture")
        add("--report", type=Path, help="write every refused row to this CSV file")

    def handle(self, *args: object, **options: Any) -> None:
        kind = KINDS[options["chart"]]
        read = self._read(kind, options)
        self._tell(read, options["report"])
        if not read.series:
            raise CommandError("No row of the file could be used, so there is nothing to chart.")
        self._resolve(kind, read, options)
        charted = self._chart(kind, read.series, options)
        for one in charted:
            if one.refused is not None:
                name = f"“{one.series.name}”: " if one.series.name else ""
                self.stderr.write(f"{name}{one.refused}")
        answer = _as_json if options["format"] == "json" else _as_csv
        try:
            if options["out"] is None:
                answer(charted, read, options, self.stdout)  # type: ignore[arg-type]
            else:
                with options["out"].open("w", newline="", encoding="utf-8") as file:
                    answer(charted, read, options, file)
            if options["svg"] is not None:
                self._draw(charted, read.dated, options)
        except OSError as error:
            raise CommandError(f"{error.filename} cannot be written: {error.strerror}.") from None

    def _read(self, kind: ChartKind, options: Options) -> rows.Read:
        raw = "mean" in kind.roles and bool(options["value"])
        wanted = ("value",) if raw else kind.roles
        if kind.roles == ("numerator",) and not options["numerator"]:
            options["numerator"] = options["value"]
        missing = [role for role in wanted if not options[role]]
        if missing:
            also = " (or --value with --x, one measurement a line)" if "mean" in kind.roles else ""
            raise CommandError(
                f"A chart of {kind.words} needs {' and '.join(f'--{role}' for role in missing)},"
                f" the column of each{also}."
            )
        if options["decimal_comma"] and options["decimal_point"]:
            raise CommandError("Say either --decimal-comma or --decimal-point.")
        for name in ("centre", "sigma"):
            if options[name] is not None and name not in kind.standard:
                takes = ", ".join(n for n, other in KINDS.items() if name in other.standard)
                raise CommandError(
                    f"A chart of {kind.words} takes no --{name}; these do: {takes}."
                    + " Its sigma follows from its centre." * (kind.standard == ("centre",))
                )
        if raw and not options["x"]:
            raise CommandError("Raw subgroups need --x, which says to which point a line belongs.")
        try:
            read = rows.read(
                options["file"].read_bytes(),
                columns={role: options[role] for role in wanted},
                x=options["x"],
                series=options["series"],
                where=[condition(text) for text in options["where"]],
                dates=options["dates"],
                decimal_mark=_decimal_mark(options),
                missing=options["missing"],
                subgroups=raw,
                whole=kind.whole,
                proportion=kind.proportion,
                events=kind.events,
                keep_totals=options["keep_totals"],
                sheet=options["sheet"],
            )
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        except SourceError as error:
            raise CommandError(error.sentence) from None
        if raw:
            for series in read.series:
                summarise(series)
        return read

    def _resolve(self, kind: ChartKind, read: rows.Read, options: Options) -> None:
        """Target, centre and sigma in the unit that is charted, or a question."""
        for name in ("target", "centre", "sigma"):
            given: Amount | None = options[name]
            if given is None:
                continue
            share = kind.proportion and (options["chart"] == "p" or name == "centre")
            if share:
                options[name] = as_share(name, given)
            elif options["chart"] in OF_VALUES:
                options[name], note = in_unit_of_values(name, given, read)
                if note:
                    self.stderr.write(note)
            elif given.percent:
                raise CommandError(
                    f"A chart of {kind.words} has no percentages; give --{name} in its own unit."
                )
            else:
                options[name] = given.number

    def _chart(self, kind: ChartKind, series: list[NamedSeries], options: Options) -> list[Charted]:
        chosen: dict[str, tuple[int | None, tuple[int, ...], tuple[int, ...]]] = {}
        idle = {*options["step"], *options["exclude"]}
        dates = options["dates"]
        for one in series:
            try:
                last = options["baseline"]
                baseline = None if last is None else one.up_to(last, dates)
                begins = {where: one.starting(where, dates) for where in options["step"]}
                left_out = {where: one.exactly(where, dates) for where in options["exclude"]}
            except KeyError as error:
                raise CommandError(
                    f"There is no point “{error.args[0]}”{_in(one)}. Name it as the x column writes"
                    f" it, by its day as 2026-03-31, or count from 1 to {len(one.points)}."
                ) from None
            inside = {where: at for where, at in begins.items() if 0 < at < len(one.points)}
            idle -= {*inside, *(where for where, at in left_out.items() if at)}
            exclude = {i for at in left_out.values() for i in at}
            chosen[one.name] = (baseline, tuple(sorted({*inside.values()})), tuple(sorted(exclude)))
            if baseline == 0:
                self.stderr.write(f"No point{_in(one)} lies in the baseline up to {last}.")
        for where in sorted(idle):
            self.stderr.write(f"No series has a point at {where} to begin anew at or to leave out.")
        done: dict[str, Charted] = {}
        for group in rows.by_options(series, chosen):
            last_of_baseline, at, gone = chosen[group[0].name]
            given = {
                "baseline": last_of_baseline,
                "steps": at,
                "exclude": gone or None,
                "centre": options["centre"],
                "sigma": options["sigma"],
                "screen": not options["no_screen"],
                "laney": LANEY[options["laney"]],
                "per": options["per"],
            }
            try:
                for drawn in charts_of(kind, group, given, options):
                    done[drawn.series.name] = drawn
            except ValueError as error:
                raise CommandError(str(error)) from None
        drawn_all = [done[one.name] for one in series]
        idle_options = options["baseline"] or options["step"]
        if idle_options and any(o.chart.given and not o.chart.used.any() for o in drawn_all):
            self.stderr.write(
                "The lines are those that were given: --baseline and --step change none of them."
            )
        return drawn_all

    def _tell(self, read: rows.Read, report: Path | None) -> None:
        for note in read.notes:
            self.stderr.write(note)
        if read.refused:
            self.stderr.write(f"{len(read.refused):,} rows were refused:")
        for row in read.refused[:SHOWN]:
            where = f" ({row.series})" if row.series else ""
            self.stderr.write(f"  line {row.line}{where}: {row.reason}  {row.raw}")
        if len(read.refused) > SHOWN:
            more = len(read.refused) - SHOWN
            self.stderr.write(f"  … and {more:,} more; --report FILE has them all.")
        if report is not None:
            with report.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(["line", "series", "why it was refused", "what it says"])
                for row in read.refused:
                    cells = (str(row.line), row.series, row.reason, row.raw)
                    writer.writerow([safe_cell(cell) for cell in cells])

    def _draw(self, charted: list[Charted], dated: bool, options: Options) -> None:
        out: Path = options["svg"]
        bar = Bar(self.stderr, "charts")
        bar.begin(len(charted))
        for number, one in enumerate(charted, start=1):
            path = out
            if len(charted) > 1:
                name = slugify(one.series.name) or str(number)
                path = out.with_name(f"{out.stem}-{name}{out.suffix or '.svg'}")
            chart, points = one.chart, one.series.points
            share = chart.family == "p"
            days = [p.day for p in points if p.day is not None]
            # Points of one day would lie upon each other.
            by_day = dated and all(a < b for a, b in pairwise(days))
            svg = control_chart(
                dates=days if by_day else list(range(1, len(points) + 1)),
                values=_plain(chart.values),
                centre=_plain(chart.centre),
                lower=_plain(chart.lower),
                upper=_plain(chart.upper),
                classes=one.classes,
                target=options["target"],
                unit=options["unit"],
                percent=share,
                title=one.series.name,
                description=f"{KINDS[options['chart']].words}, {len(points)} points",
            )
            if not svg:
                self.stderr.write(f"“{one.series.name}” has no value to draw.")
                continue
            path.write_text(standalone(svg), encoding="utf-8")
            bar.step()
        bar.end()


def _points(one: Charted, read: rows.Read) -> Iterator[dict[str, Any]]:
    chart = one.chart
    for number, point in enumerate(one.series.points):
        x: str | int = point.x or number + 1
        if read.dated and point.period:
            x = periods.shown(point.period, point.x, read.clock)
        yield {
            "x": x,
            **{role: _number(values[0]) for role, values in point.numbers.items()},
            "charted": _number(chart.values[number]),
            "centre": _number(chart.centre[number]),
            "lower": _number(chart.lower[number]),
            "upper": _number(chart.upper[number]),
            "phase": int(chart.phase[number]),
            "sets_limits": bool(chart.used[number]),
            "excluded": bool(chart.excluded[number]),
            "class": one.classes[number] or "missing",
            "signals": [
                f"{name}:{rule}"
                for name, masks in one.signals.items()
                for rule, mask in masks.items()
                if mask[number]
            ],
        }


def _as_json(charted: Sequence[Charted], read: rows.Read, options: Options, out: TextIO) -> None:
    answer = {
        "file": options["file"].name,
        "rules": options["rules"],
        "direction": options["direction"],
        "target": options["target"],
        "notes": list(read.notes),
        "refused_rows": [{"line": row.line, "reason": row.reason} for row in read.refused],
        "series": [
            {
                "name": one.series.name,
                "chart": one.chart.kind,
                "method": one.chart.method,
                "n": int(one.chart.n),
                "points_that_set_the_limits": int(one.chart.baseline),
                "sigma_z": _number(one.chart.dispersion),
                "moving_ranges_screened_out": int(one.chart.screened_out),
                "refused": None if one.refused is None else str(one.refused),
                "assumptions": [str(remark) for remark in one.chart.assumptions],
                "warnings": [str(remark) for remark in one.chart.warnings],
                "variation": one.variation,
                "assurance": one.assurance,
                "anhoej": one.runs,
                "points": list(_points(one, read)),
            }
            for one in charted
        ],
    }
    out.write(json.dumps(answer, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def _as_csv(charted: Sequence[Charted], read: rows.Read, _options: Options, out: TextIO) -> None:
    first = next(_points(charted[0], read))
    names = ["series", *first, "variation", "assurance"]
    writer = csv.DictWriter(out, names, lineterminator="\n")
    writer.writeheader()
    for one in charted:
        for point in _points(one, read):
            point["signals"] = " ".join(point["signals"])
            row = {
                "series": one.series.name,
                **point,
                "variation": one.variation,
                "assurance": one.assurance,
            }
            writer.writerow(
                {name: safe_cell(v) if isinstance(v, str) else v for name, v in row.items()}
            )


def _decimal_mark(options: Options) -> str | None:
    if options["decimal_comma"]:
        return ","
    return "." if options["decimal_point"] else None


def _in(series: NamedSeries) -> str:
    return f" in “{series.name}”" if series.name else ""


def _plain(line: np.ndarray) -> list[float | None]:
    return [_number(value) for value in line]


def _number(value: float | Floats) -> float | None:
    return float(value) if np.isfinite(value) else None
