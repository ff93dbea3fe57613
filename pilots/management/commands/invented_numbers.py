from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from innovation.audit.actions import System
from pilots.metrics import actions, clock

COMMAND_LINE = System("The command line")


class Command(BaseCommand):
    help = (
        "Find numbers that were recorded before their day, week or month had ended, because the "
        "clock of a machine was ahead. With --ask-again they are taken away (they stay to be read "
        "as former numbers), their days are asked for again, and whoever leads the pilot is told."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--ask-again", action="store_true", help="take them away and ask again")

    def handle(self, *args: object, **options: Any) -> None:
        found = actions.find_invented()
        for one in found:
            periods = ", ".join(period.isoformat() for period in one.periods)
            self.stdout.write(f"{one.metric} ({one.metric.unit}): {periods}")
            if options["ask_again"]:
                actions.ask_again(one, by=COMMAND_LINE, at=clock.now())
        count = sum(len(one.periods) for one in found)
        done = "taken away and asked for again" if options["ask_again"] else "found"
        self.stdout.write(f"{count:,} numbers of {len(found):,} metrics {done}.")
