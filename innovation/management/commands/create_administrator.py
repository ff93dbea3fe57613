from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from innovation.people import actions, passwords
from innovation.rules.refusal import Refused


class Command(BaseCommand):
    help = (
        "Make somebody the administrator of the whole and print the link by which they choose a "
        "password. Creates the root unit where there is none. For example: "
        'manage.py create_administrator ada@lakeshore.example "Ada Kowalski" '
        '--unit "Lakeshore Health"'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("name")
        parser.add_argument("--unit", required=True, help="the name of the root unit")

    def handle(self, *args: object, **options: Any) -> None:
        try:
            person, unit = actions.install(
                email=options["email"],
                name=options["name"],
                unit_name=options["unit"],
                at=timezone.now(),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{person.name} is administrator of {unit.name}.")
        self.stdout.write(f"Choose a password within {passwords.days_valid()} days:")
        self.stdout.write(passwords.link_for(person))
