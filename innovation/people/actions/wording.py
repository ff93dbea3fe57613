"""What the database refuses, and what was changed, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from innovation.rules import constraints


def sentences() -> AbstractContextManager[None]:
    """What the database refuses, in words, where a constraint has none of its own."""
    taken = _("Somebody already signs in with this e-mail.")
    return constraints.explained(
        {
            "innovation_user_email_key": taken,
            "unit_not_below_itself": _("A unit cannot stand below itself."),
            "root_keeps_an_administrator": last_administrator(),
            "grant_above_the_line_by_two_persons": _(
                "This role is given by two administrators: one proposes it, another confirms it."
            ),
            "proposal_by_two_persons": _(
                "Who confirms this is not a second person. Another administrator does."
            ),
            "proposal_answered_once": _("This has been answered already."),
        }
    )


def last_administrator() -> str:
    return _(
        "This is the last administrator of the whole. Give somebody else that role first; "
        "otherwise nobody could give any role again."
    )


def changed(thing: Model, fields: Mapping[str, object]) -> list[str]:
    """Set the fields that differ and return their names in words."""
    names = [name for name, value in fields.items() if getattr(thing, name) != value]
    for name in names:
        setattr(thing, name, fields[name])
    return names


def before_and_after(
    thing: Model, fields: Mapping[str, object], kept: Iterable[str]
) -> dict[str, Any]:
    """What an event tells besides: the old and the new value, as text, of each field that will
    change and whose values are kept."""
    values = {
        name: [
            "" if value is None else str(value) for value in (getattr(thing, name), fields[name])
        ]
        for name in kept
        if name in fields and getattr(thing, name) != fields[name]
    }
    return {"changed": values} if values else {}


def in_words(thing: Model, names: list[str]) -> str:
    # Each is a field of the model's own, which has such a name; a relation from elsewhere has none.
    return ", ".join(
        str(thing._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        for name in names
    )
