"""One action, one transaction: an action that another one calls joins in, without a savepoint."""

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, Protocol, TypeVar

from django.db import transaction

P = ParamSpec("P")
R = TypeVar("R")


class AtTheDoor(Protocol):
    """Who stands before the first write of what somebody sent (workflow/sendings.py)."""

    def take(self) -> None: ...

    def taken(self) -> None: ...


at_the_door: ContextVar[AtTheDoor | None] = ContextVar("what was sent", default=None)
_within: ContextVar[bool] = ContextVar("within an action", default=False)


def atomic(action: Callable[P, R]) -> Callable[P, R]:
    """All of the action's writes or none.

    A refusal inside ends the whole, so nothing is gained by a savepoint for each verb that a
    decision calls: scaling a pilot took twenty of them (2026-11-28). An action that wants to go
    on after a refusal says so with `transaction.atomic()` around the call.
    """

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _within.get():
            return action(*args, **kwargs)
        token = _within.set(True)
        door = at_the_door.get()
        try:
            with transaction.atomic():
                if door is not None:
                    door.take()
                result = action(*args, **kwargs)
            if door is not None:
                door.taken()
            return result
        finally:
            _within.reset(token)

    return run
