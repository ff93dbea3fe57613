from typing import Any

from django.core.management.base import BaseCommand, CommandError

from innovation.audit import queries
from innovation.audit.models import Event


class Command(BaseCommand):
    help = "Read the audit chain from the first event to the last and name every broken link."

    def handle(self, *args: Any, **options: Any) -> None:
        found = list(queries.faults())
        for fault in found:
            self.stdout.write(f"event {fault.number}: {fault.sentence}")
        if found:
            raise CommandError(f"The audit chain is broken in {len(found)} places.")
        self.stdout.write(f"{Event.objects.count()} events, every link holds.")
