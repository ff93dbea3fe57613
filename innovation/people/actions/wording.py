"""What the database refuses, and what was changed, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from innovation.web.refusal import Conflict, Refused


@contextmanager
def sentences() -> Iterator[None]:
    """What the database refuses, in the words of the constraint that refused it."""
    words = {
        "user_email_unique_any_case": _("Somebody already signs in with this e-mail."),
        "innovation_user_email_key": _("Somebody already signs in with this e-mail."),
        "unit_name_unique_below_parent": _("There is already a unit of this name here."),
        "unit_code_unique": _("Another unit has this code."),
        "unit_not_below_itself": _("A unit cannot stand below itself."),
        "grant_once_while_current": _("This person already holds this role in this unit."),
        "root_keeps_an_administrator": last_administrator(),
    }
    try:
        with transaction.atomic():
            yield
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        sentence = words.get(getattr(diagnosis, "constraint_name", None) or "")
        if sentence is None:
            raise
        raise Conflict(sentence) from error


def last_administrator() -> str:
    return _(
        "This is the last administrator of the whole. Give somebody else that role first; "
        "otherwise nobody could give any role again."
    )


def changed(thing: Any, fields: Mapping[str, Any]) -> list[str]:
    """Set the fields that differ and return their names in words."""
    names = [name for name, value in fields.items() if getattr(thing, name) != value]
    for name in names:
        setattr(thing, name, fields[name])
    return names


def in_words(thing: Any, names: list[str]) -> str:
    return ", ".join(str(thing._meta.get_field(name).verbose_name) for name in names)
