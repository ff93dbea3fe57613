from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from innovation.people import actions
from innovation.people.models import Unit, User
from innovation.people.roles import ROLES
from innovation.rules.refusal import Refused


class Command(BaseCommand):
    help = (
        "Break the glass: give a role that takes two administrators when there is only one, or "
        "none. The log says so, and all administrators of the unit and the person are told by "
        "mail. For example: manage.py grant_role amara@lakeshore.example executive "
        '--unit "Lakeshore Health" --reason "Our only administrator is on leave."'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=sorted(ROLES))
        parser.add_argument("--unit", required=True, help="the name or the code of the unit")
        parser.add_argument("--reason", required=True, help="why; everybody told reads it")

    def handle(self, *args: object, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["email"]).first()
        if person is None:
            raise CommandError(f"Nobody signs in as {options['email']}.")
        unit = _unit(options["unit"])
        try:
            actions.grant_from_command_line(
                person,
                at=timezone.now(),
                unit=unit,
                role=options["role"],
                reason=options["reason"],
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            self.style.WARNING(
                f"{person.name} holds the role {ROLES[options['role']].name} in {unit.name}, "
                "given without a second administrator. The log says so and everybody is told."
            )
        )


def _unit(text: str) -> Unit:
    found = list(Unit.objects.filter(name=text) | Unit.objects.filter(code=text).exclude(code=""))
    if len(found) != 1:
        raise CommandError(
            f"No unit is called {text!r}."
            if not found
            else f"{len(found)} units are called {text!r}; give the code of one."
        )
    return found[0]
