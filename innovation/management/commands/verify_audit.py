from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from innovation.audit import queries
from innovation.audit.models import ChainHead


class Command(BaseCommand):
    help = (
        "Read the audit chain from the first event to the last and name every broken link. The "
        "last line is an anchor: keep it outside this database and give it the next time, and "
        "even a chain that was written anew is found out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anchor", help="NUMBER:HASH, the last line of an earlier run")

    def handle(self, *args: object, **options: Any) -> None:
        found = list(queries.faults(_anchor(options["anchor"])))
        for fault in found:
            self.stdout.write(f"event {fault.number}: {fault.sentence}")
        if found:
            raise CommandError(f"The audit chain is broken in {len(found)} places.")
        head = ChainHead.objects.filter(pk=1).first() or ChainHead()
        self.stdout.write(f"{head.number} events, every link holds.")
        self.stdout.write(f"{head.number}:{head.hash}")


def _anchor(text: str | None) -> tuple[int, str] | None:
    if not text or text.startswith("0:"):
        return None
    number, _colon, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise CommandError("An anchor is the last line that an earlier run printed: NUMBER:HASH.")
    return int(number), digest
