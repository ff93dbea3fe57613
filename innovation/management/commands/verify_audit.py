from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from innovation.audit import queries
from innovation.audit.agreement import ComparedSoFar
from innovation.audit.chain import FileReport, faults_in_file, read_anchor
from innovation.integrity.queries import comparisons, differences


class Command(BaseCommand):
    help = (
        "Read the audit chain from the first event to the last and name every broken link, then "
        "compare ledger, balances, decisions, steps and numbers with the events that tell of them. The "
        "last line is an anchor: keep it outside this database and give it the next time, and "
        "even a chain that was written anew is found out. With --file, an export in JSON Lines is "
        "read instead, and no database is asked."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", help="NUMBER:HASH, the last line of an earlier run")
        parser.add_argument(
            "--chain-only", action="store_true", help="leave out the tables that the log tells of"
        )
        parser.add_argument("--file", type=Path, help="an export of the log, in JSON Lines")

    def handle(self, *args: object, **options: Any) -> None:
        anchor = _anchor(options["anchor"])
        if options["file"] is not None:
            self._verify_file(options["file"], anchor)
            return
        broken = 0
        for fault in queries.faults(anchor):
            broken += 1
            self.stdout.write(f"event {fault.number}: {fault.sentence}")
        differing = 0 if options["chain_only"] else self._compare()
        if broken:
            raise CommandError(f"The audit chain is broken in {broken} places.")
        if differing:
            raise CommandError(f"The tables differ from the log in {differing} places.")
        head = queries.head()
        self.stdout.write(f"{head.number} events, every link holds.")
        self.stdout.write(f"{head.number}:{head.hash}")

    def _compare(self) -> int:
        """Lay the tables beside the log; how many places differ."""
        differing = 0
        for comparison in comparisons():
            so_far = ComparedSoFar()
            for difference in differences(comparison, so_far):
                differing += 1
                self.stdout.write(comparison.in_words(difference.kind, difference.values))
            since = f" {so_far.since:%Y-%m-%d}" if so_far.since else " the log told enough"
            before = f", {so_far.before} from before{since} not compared" if so_far.before else ""
            self.stdout.write(f"{comparison.label}: {so_far.compared} compared{before}.")
        return differing

    def _verify_file(self, path: Path, anchor: tuple[int, str] | None) -> None:
        report, broken = FileReport(), 0
        try:
            with path.open(encoding="utf-8", errors="replace") as lines:
                for fault in faults_in_file(lines, report, anchor):
                    broken += 1
                    self.stdout.write(fault.sentence)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        if broken:
            raise CommandError(f"The file is broken in {broken} places.")
        hidden = f", {report.not_whole} of them not shown whole" if report.not_whole else ""
        self.stdout.write(f"{report.events} events{hidden}, every link holds.")
        if report.last:
            self.stdout.write(f"{report.last[0]}:{report.last[1]}")


def _anchor(text: str | None) -> tuple[int, str] | None:
    if not text or text.startswith("0:"):
        return None
    anchor = read_anchor(text)
    if anchor is None:
        raise CommandError("An anchor is the last line that an earlier run printed: NUMBER:HASH.")
    return anchor
