"""Somebody, as the rooms below `people` know them: what they reach, and nothing else."""

from typing import Protocol

from django.contrib.auth.models import AnonymousUser


class Person(Protocol):
    """Somebody who is signed in."""

    def may(self, permission: str, unit_id: int | None = None) -> bool: ...
    def reach(self, permission: str | None = None) -> frozenset[int]: ...


Visitor = Person | AnonymousUser
