"""What may be absent and, in the test at hand, is there."""

from typing import TypeVar

Thing = TypeVar("Thing")


def present(thing: Thing | None) -> Thing:
    """The thing itself; the test fails where there is none."""
    assert thing is not None
    return thing
