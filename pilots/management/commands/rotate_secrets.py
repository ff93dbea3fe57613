from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from innovation.people import actions as people
from innovation.people import resealing as of_people
from pilots.metrics import resealing as of_metrics

TABLES = {
    "credentials and settings of sources": of_metrics.sources,
    "second steps": of_people.second_steps,
    "sessions": of_people.sessions,
}


class Command(BaseCommand):
    help = (
        "Seal every secret in the database anew with PILOTLIGHT_CREDENTIAL_KEY. The key before it "
        "stands in PILOTLIGHT_FORMER_CREDENTIAL_KEY meanwhile and can go afterwards. It may run "
        "beside everything else, be stopped, and be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and write nothing")

    def handle(self, *args: object, **options: Any) -> None:
        write = not options["dry_run"]
        lost: list[str] = []
        anew = 0
        for name, reseal in TABLES.items():
            tally = reseal(write=write)
            verb = "sealed anew" if write else "to be sealed anew"
            self.stdout.write(
                f"{name}: {tally.anew:,} {verb}, {tally.newest:,} with the newest key already"
                + (f", {len(tally.lost):,} that no key opens" if tally.lost else "")
            )
            anew += tally.anew
            if reseal is not of_people.sessions:  # those of a lost key are nobody's, and went
                lost += tally.lost
        if write and anew:
            people.note_new_key(at=timezone.now(), secrets=anew)
        if lost:
            raise CommandError(
                "No key opens the secrets of: " + ", ".join(sorted(set(lost))) + ". Bring back the "
                "key that sealed them as PILOTLIGHT_FORMER_CREDENTIAL_KEY, or enter them again."
            )
        if write and settings.FORMER_CREDENTIAL_KEY:
            self.stdout.write("PILOTLIGHT_FORMER_CREDENTIAL_KEY is no longer needed.")
