from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation

from innovation import house
from innovation.rules.languages import OF_THE_SOURCES
from innovation.workflow.lifecycle import Lifecycle, Reason

DOCUMENT = Path("docs") / "lifecycles.md"


class Command(BaseCommand):
    help = f"Draw every transition table as a diagram into {DOCUMENT}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stdout", action="store_true", help="print it instead")

    def handle(self, *args: object, **options: object) -> None:
        text = drawn()
        if options["stdout"]:
            self.stdout.write(text, ending="")
            return
        path = Path(settings.BASE_DIR) / DOCUMENT
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        self.stdout.write(f"Wrote {DOCUMENT}.")


def lifecycles() -> list[tuple[str, Lifecycle]]:
    """Every table of every room's `states.py`, with the name of its module."""
    return [
        (states.__name__, table)
        for states in house.load("states")
        for table in vars(states).values()
        if isinstance(table, Lifecycle)
    ]


def drawn() -> str:
    """The document: a diagram and a table of verbs for each lifecycle."""
    with translation.override(OF_THE_SOURCES):
        parts = [
            "# Lifecycles\n\n"
            "Drawn from the transition tables by `manage.py draw_lifecycles`; "
            "a test of the house compares.\n"
        ]
        parts += [_section(module, lifecycle) for module, lifecycle in lifecycles()]
    return "\n".join(parts)


def _section(module: str, lifecycle: Lifecycle) -> str:
    lines = [f"## {lifecycle.noun.capitalize()} (`{module}`)\n", "```mermaid", "stateDiagram-v2"]
    lines.append(f"    [*] --> {lifecycle.initial}")
    sources = {source for each in lifecycle.transitions for source in each.sources}
    for each in lifecycle.transitions:
        for source in each.sources:
            targets = [each.target] if each.target else _before(lifecycle, source)
            lines += [f"    {source} --> {target}: {each.verb}" for target in targets]
    ends = sorted({each.target for each in lifecycle.transitions if each.target} - sources)
    lines += [f"    {end} --> [*]" for end in ends]
    lines += ["```\n", "| verb | in words | from | to | says why | event |", "|---" * 6 + "|"]
    for each in lifecycle.transitions:
        why = {Reason.REQUIRED: "always", Reason.OPTIONAL: "may", Reason.NONE: "no"}[each.reason]
        lines.append(
            f"| `{each.verb}` | {each.label} | {', '.join(each.sources)} | "
            f"{each.target or 'where it was'} | {why} | `{each.event}` |"
        )
    return "\n".join(lines) + "\n"


def _before(lifecycle: Lifecycle, status: str) -> list[str]:
    """From where the status is reached: what a return leads back to."""
    found = [s for each in lifecycle.transitions if each.target == status for s in each.sources]
    return list(dict.fromkeys(found))
