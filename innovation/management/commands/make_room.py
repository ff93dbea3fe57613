"""A new room from the files in `innovation/management/new_room/`: they are the room, with its names
left open."""

from __future__ import annotations

import keyword
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from string import Template

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from innovation import house

ROOT = Path(settings.BASE_DIR)
FILES = Path(__file__).parent.parent / "new_room"
# Where a file goes that is none of the room's own modules and none of its templates.
ELSEWHERE = {
    "factory.py": "tests/factories/{room}.py",
    "routes.py": "tests/house/routes_{room}.py",
    "test_actions.py": "tests/{app}/{room}/test_actions.py",
}
# Names that the files give to other things.
OTHER_THINGS = {"form", "history", "page", "record", "title", "user"}


class Command(BaseCommand):
    help = (
        "Make a new room that keeps every rule of the house: one thing that is recorded, listed, "
        "shown and logged, with its permissions, pages, migration and tests."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("room", help="the work it is for, such as safety")
        parser.add_argument("--app", choices=house.ROOMS, default="pilots")
        parser.add_argument(
            "--above", help="the room that it stands on; default: the app's highest"
        )
        parser.add_argument("--noun", help="what is recorded there, such as hazard")

    def handle(
        self, *, room: str, app: str, above: str | None, noun: str | None, **_given: object
    ) -> None:
        names = names_of(room, app, above or house.ROOMS[app][-1], noun or room.removesuffix("s"))
        made = write_files(names)
        edited = [add_to_list(names), give_permissions(names)]
        tidy([*made, *edited])
        migration = [sys.executable, "manage.py", "makemigrations", app, "--name", room]
        subprocess.run(migration, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        for path in [*made, *edited]:
            self.stdout.write(f"  {path.relative_to(ROOT)}")
        self.stdout.write(
            f"{app}.{room} records {names['plural']}, and stands above {names['above']}. Next: say "
            f"what else there is to know of one in models.py, who may record it in "
            f"people/roles.py, then run tests/{app}/{room} and tests/house."
        )


def names_of(room: str, app: str, above: str, noun: str) -> dict[str, str]:
    """What the open places in the files stand for; refused where it would break a rule."""
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*", room) or not re.fullmatch(r"[a-z]+", noun):
        raise CommandError("A room is named in small letters and _, its noun in small letters.")
    if noun in OTHER_THINGS or keyword.iskeyword(noun):
        raise CommandError(f"“{noun}” is the name of something else in the files; choose another.")
    if above not in house.ROOMS[app]:
        raise CommandError(f"{app} has no room {above}: {', '.join(house.ROOMS[app])}.")
    if any(room in rooms for rooms in house.ROOMS.values()):
        raise CommandError(f"There is a room {room} already.")
    plates = house.plates().values()
    if noun in {each.name for plate in plates for each in plate.nouns}:
        raise CommandError(f"Another room tells of the noun {noun}; give one with --noun.")
    orders = {entry.order for plate in plates for entry in plate.navigation}
    return {
        "app": app,
        "room": room,
        "above": above,
        "Permission": "".join(part.capitalize() for part in room.split("_")) + "Permission",
        "noun": noun,
        "Noun": noun.capitalize(),
        "plural": f"{noun}s",
        "Plural": f"{noun.capitalize()}s",
        "path": f"{noun}s",
        "order": str(max(orders) + 10),
    }


def write_files(names: dict[str, str]) -> list[Path]:
    app, room = names["app"], names["room"]
    made = [ROOT / app / room / "__init__.py", ROOT / "tests" / app / room / "__init__.py"]
    for path in made:
        path.parent.mkdir(parents=True)
        path.touch()
    for form in sorted(FILES.iterdir()):
        name = form.name.removesuffix(".txt")
        own = f"templates/{app}/{room}/{name}" if name.endswith("html") else f"{app}/{room}/{name}"
        path = ROOT / ELSEWHERE.get(name, own).format(app=app, room=room)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(form.read_text()).substitute(names))
        made.append(path)
    return made


def add_to_list(names: dict[str, str]) -> Path:
    """The first central edit: the room's place among all rooms."""
    path = ROOT / "innovation" / "house.py"
    before, app, rooms = path.read_text().partition(f'    "{names["app"]}": (\n')
    line = '        "{}",\n'.format
    rooms = rooms.replace(line(names["above"]), line(names["above"]) + line(names["room"]), 1)
    path.write_text(before + app + rooms)
    return path


def give_permissions(names: dict[str, str]) -> Path:
    """The second: everybody who reads the work reads it, all staff record it, until narrowed."""
    path = ROOT / "innovation" / "people" / "roles.py"
    text = path.read_text()
    for group, permission in (("READ_THE_WORK", "read"), ("STAFF", "record")):
        held = re.compile(rf"^({group} = [^{{]*{{)", re.MULTILINE)
        text = held.sub(rf'\1"{names["room"]}.{permission}", ', text, count=1)
    path.write_text(text)
    return path


def tidy(paths: list[Path]) -> None:
    """In the order and shape that `check` asks for; where a tool is missing, `check` will say."""
    if find_spec("ruff"):
        ruff, code = (
            [sys.executable, "-m", "ruff"],
            [path for path in paths if path.suffix == ".py"],
        )
        subprocess.run(
            [*ruff, "check", "--quiet", "--fix", "--select=I", *code], cwd=ROOT, check=True
        )
        subprocess.run([*ruff, "format", "--quiet", *code], cwd=ROOT, check=True)
    formatter = Path(sys.executable).with_name("djangofmt")
    if formatter.exists():
        pages = [path for path in paths if path.suffix == ".html"]
        subprocess.run([formatter, "--quiet", *pages], cwd=ROOT, check=True)
