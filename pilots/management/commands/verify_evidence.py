from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pilots.evidence_packs import verification
from pilots.evidence_packs.models import EvidencePack


class Command(BaseCommand):
    help = (
        "Check an evidence pack: that it is what was frozen, that its data gives its verdicts (by the "
        "product's engine and by the pack's own scripts), and say what has changed since. Ends with 1 "
        "where something is wrong. It changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pack", help="the number of a pack, or a file that was downloaded")

    def handle(self, *args: object, **options: Any) -> None:
        wrong = 0
        for check in verification.checks(_content(options["pack"]), at=timezone.now()):
            wrong += check.well is False
            word = {True: "well ", False: "WRONG", None: "     "}[check.well]
            self.stdout.write(f"{word} {check.about}: {check.found}")
        if wrong:
            raise CommandError(f"{wrong} of these are wrong.")


def _content(pack: str) -> bytes:
    if pack.isdecimal():
        found = EvidencePack.objects.filter(pk=int(pack)).first()
        if found is None:
            raise CommandError(f"There is no pack {pack}.")
        return bytes(found.archive)
    try:
        return Path(pack).read_bytes()
    except OSError as error:
        raise CommandError(f"{pack} cannot be read: {error.strerror}.") from error
