"""The one place where the name of a database constraint becomes a sentence."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import BaseConstraint

from innovation.rules.refusal import Conflict, Refused

Sentence = str | Callable[[], str]


@contextmanager
def explained(sentences: Mapping[str, Sentence] | None = None) -> Iterator[None]:
    """Run the block in a savepoint; what a constraint refuses becomes the sentence for its name.

    `sentences` are the caller's own, by the constraint's name; a function where the sentence asks
    the database what is left. Without one, the constraint's `violation_error_message` speaks. A
    constraint that nobody put into words is an accident, and raised as it is.
    """
    try:
        with transaction.atomic():
            yield
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    except IntegrityError as error:
        name = broken(error)
        sentence = (sentences or {}).get(name) or _own_sentence(name)
        if sentence is None:
            raise
        raise Conflict(sentence() if callable(sentence) else sentence) from error


def broken(error: IntegrityError) -> str:
    """The name of the constraint that refused; empty where the database named none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def _own_sentence(name: str) -> str | None:
    constraint = _constraints().get(name)
    if constraint is None:
        return None
    message = constraint.violation_error_message
    return None if message == BaseConstraint.default_violation_error_message else str(message)


@cache
def _constraints() -> dict[str, BaseConstraint]:
    return {
        constraint.name: constraint
        for model in apps.get_models()
        for constraint in model._meta.constraints
    }
