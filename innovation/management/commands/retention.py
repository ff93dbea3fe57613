from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from innovation.retention import actions, kinds


class Command(BaseCommand):
    help = (
        "Take away what is past its term (PILOTLIGHT_KEEP_…_DAYS): the day's run, which the "
        "schedule does by itself. With --dry-run, say how many of each kind are due, and change "
        "nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *args: object, **options: Any) -> None:
        at = timezone.now()
        if options["dry_run"]:
            for term in kinds.terms(at):
                days = f"{term.kind.days} days" if term.kind.days else "for good"
                self.stdout.write(f"{term.kind.key}: kept {days}, {term.due} due")
            return
        run = actions.keep_to_terms(at=at)
        for key, count in sorted(run.removed.items()):
            self.stdout.write(f"{key}: {count}")
        self.stdout.write("Done for today." if run.ended_at else "Another process is at it.")
