"""What a person fills in to set up a source or a metric; forms are built from this."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. `scope` says whether it belongs to the source or to one metric of it."""

    name: str
    label: str
    help: str = ""
    scope: str = "source"
    type: str = "text"
    required: bool = False
    secret: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    default: str = ""
    only_if: tuple[str, tuple[str, ...]] | None = None
    placeholder: str = ""
