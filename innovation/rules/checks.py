"""A rule in a pair: `check_can_x` raises a sentence, `can_x` answers with the same one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec

from innovation.rules.refusal import Refused

P = ParamSpec("P")


@dataclass(frozen=True)
class Answer:
    """Whether somebody may do something and, where not, why; true or false as it stands."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def derive(check: Callable[P, None]) -> Callable[P, Answer]:
    """Turn `check_can_x`, which raises a sentence, into `can_x`, which answers."""

    def can(*args: P.args, **kwargs: P.kwargs) -> Answer:
        try:
            check(*args, **kwargs)
        except Refused as refusal:
            return Answer(False, str(refusal))
        return Answer(True)

    can.__name__ = check.__name__.removeprefix("check_")
    can.__doc__ = f"Whether `{check.__name__}` would let it pass, and why not."
    return can
