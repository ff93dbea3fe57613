"""Where texts are kept, whose unit each is of, and how files are looked at.

Every column that holds words is looked through: whoever adds one need not know of this room. What
is left out has its reason in `LEFT_OUT`. Files, and hashes of texts, are known to their rooms alone:
a room that keeps such says so in its `redactions.py`, by `FILES` and `SEALS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Model, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innovation import house
from innovation.people.models import Unit, User

STOREYS = ("innovation", "pilots", "okrs")
SHORT = 60  # below that a column holds a code, not words

_CODE = "a hash, a key, an address or a name that the product made"
_STAFF = "names of staff, whom a patient may be called like"
_UNIT = "the name of a unit"
_SEALED = "sealed"
_KEY = "the name that somebody gives a key of their own"
LEFT_OUT: dict[str, str] = {
    "innovation.ApiToken.name": _KEY,
    "innovation.ApprovalRound.subject": _CODE,
    "innovation.BackupMade.file": _CODE,
    "innovation.ChainHead.hash": _CODE,
    "innovation.DailyMail.zone": _CODE,
    "innovation.DirectoryAccount.department": _STAFF,
    "innovation.DirectoryAccount.external_id": _STAFF,
    "innovation.DirectoryAccount.family_name": _STAFF,
    "innovation.DirectoryAccount.given_name": _STAFF,
    "innovation.DirectoryAccount.user_name": _STAFF,
    "innovation.DirectoryGroup.external_id": _STAFF,
    "innovation.DirectoryGroup.name": _STAFF,
    "innovation.Event.actor": _CODE,
    "innovation.Event.actor_name": _STAFF,
    "innovation.Event.hash": _CODE,
    "innovation.Event.previous_hash": _CODE,
    "innovation.Event.request_id": _CODE,
    "innovation.Event.type": _CODE,
    "innovation.GroupRole.group": _STAFF,
    "innovation.Invitation.email": _STAFF,
    "innovation.Invitation.token_hash": _CODE,
    "innovation.LogComparison.counts": _CODE,
    "innovation.LogComparison.faults": _CODE,
    "innovation.Notice.request_id": _CODE,
    "innovation.Notice.subject": _CODE,
    "innovation.Notice.url": _CODE,
    "innovation.PatientReport.page": _CODE,
    "innovation.Redaction.places": _CODE,
    "innovation.RetentionRun.reached": _CODE,
    "innovation.RetentionRun.removed": _CODE,
    "innovation.RoleGrant.from_group": _STAFF,
    "innovation.ScimToken.digest": _CODE,
    "innovation.ScimToken.name": _KEY,
    "innovation.SignOfLife.host": _CODE,
    "innovation.StateChange.subject": _CODE,
    "innovation.Unit.name": _UNIT,
    "innovation.UsedKey.digest": _CODE,
    "innovation.UsedKey.key": _CODE,
    "innovation.User.email": _STAFF,
    "innovation.User.job_title": _STAFF,
    "innovation.User.name": _STAFF,
    "innovation.User.password": _CODE,
    "innovation.User.time_zone": _CODE,
    "innovation.Verification.asked_by": _CODE,
    "innovation.Verification.asked_by_name": _STAFF,
    "innovation.Verification.end_hash": _CODE,
    "innovation.Verification.faults": _CODE,
    "innovation.Verification.previous_hash": _CODE,
    "pilots.CalendarFeed.digest": _CODE,
    "pilots.EvidenceItem.media_type": _CODE,
    "pilots.EvidenceItem.sha256": _CODE,
    "pilots.EvidencePack.files": _CODE,
    "pilots.EvidencePack.held_sha256": _CODE,
    "pilots.EvidencePack.sha256": _CODE,
    "pilots.FetchedCopy.asked_with": _CODE,
    "pilots.FetchedCopy.sha256": _CODE,
    "pilots.InternalHost.host": _CODE,
    "pilots.KeptVerdict.rests_on": _CODE,
    "pilots.LedgerEntry.key": _CODE,
    "pilots.MetricVersion.meaning": _CODE,
    "pilots.Overrun.key": _CODE,
    "pilots.PowerForecast.made_of": _CODE,
    "pilots.Pull.leased_by": _CODE,
    "pilots.Pull.request_id": _CODE,
    "pilots.PushKey.digest": _CODE,
    "pilots.PushKey.name": _KEY,
    "pilots.PushSignature.signature": _CODE,
    "pilots.Receipt.sha256": _CODE,
    "pilots.SignedHazardLog.digest": _CODE,
    "pilots.Source.server": _CODE,
    "pilots.SourceCheck.asked_with": _CODE,
    "pilots.SourceFile.sha256": _CODE,
}
# Rows that belong to a person, or are found along a relation backwards.
OWN_PATHS = {
    "innovation.ErasureRequest": ("person__unit",),
    "innovation.ServiceAccount": ("account__unit",),
    "innovation.NeedDraft": ("person__unit",),
    "innovation.TalentProfile": ("person__unit",),
    "innovation.Notice": ("person__unit",),
    "innovation.UsedKey": ("person__unit",),
    "pilots.Instrument": ("by__unit",),
    "pilots.InstrumentItem": ("instrument__by__unit",),
    "pilots.Mentor": ("person__unit",),
    "pilots.Product": ("uses__pilot__unit",),
    "pilots.ProductVersion": ("product__uses__pilot__unit",),
}
# Rows that name what they are about by a reference, `need:12`, and where.
BY_REFERENCE = {
    "innovation.StateChange": "subject",
    "innovation.Approval": "round__subject",
    "innovation.Notice": "subject",
}
# What a pilot's rows are locked by comes first, in the order of all locks; the log comes last.
FIRST = ("pilots.Pilot", "innovation.Need", "innovation.Idea", "pilots.GateReview", "pilots.Fund")
LAST = "innovation.Event"
FURTHEST = 5


# What these are called on pages.
_NAMES = {
    "innovation.Event": _("line of the log of what was done"),
    "innovation.StateChange": _("step of a need, idea or pilot"),
    "innovation.UsedKey": _("answer of the API"),
    "pilots.LogEntry": _("entry of a pilot’s log"),
    "pilots.QuarantinedRow": _("row of a source that was set aside"),
}


@dataclass(frozen=True)
class TextTable:
    """One table, and its columns that hold words."""

    model: type[Model]
    columns: tuple[str, ...]

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def name(self) -> str:
        return str(_NAMES.get(self.label, self.model._meta.verbose_name)).capitalize()

    def column(self, name: str) -> str:
        field = self.model._meta.get_field(name)
        assert isinstance(field, models.Field)
        return str(field.column)


@dataclass(frozen=True)
class FilePlace:
    """A column of bytes that may hold words: how it is read, and what becomes of it. `take_out` is given
    the row and the redaction's number, and returns what is held since, hashed, where that is checked."""

    label: str  # of the model
    name: str | Promise
    columns: tuple[str, ...]  # what is read of a row
    holds: Callable[[Any, re.Pattern[str]], bool]
    take_out: Callable[[Any, re.Pattern[str], int], str | None]


@dataclass(frozen=True)
class Seal:
    """A text whose hash stands in the log: what it hashes to now, so that a later comparison finds
    it redacted, not forged."""

    label: str
    column: str
    hashed: Callable[[Any], str]


def holds_words(field: models.Field[Any, Any]) -> bool:
    if isinstance(field, models.JSONField):
        return True
    if not isinstance(field, models.CharField | models.TextField):
        return False
    return not field.choices and not field.primary_key and (field.max_length or SHORT) >= SHORT


@cache
def tables() -> tuple[TextTable, ...]:
    """All of them, in the order in which their rows are locked."""
    found = []
    for storey in STOREYS:
        for model in apps.get_app_config(storey).get_models():
            if model._meta.proxy:
                continue
            columns = tuple(
                field.name
                for field in model._meta.concrete_fields
                if holds_words(field) and f"{model._meta.label}.{field.name}" not in LEFT_OUT
            )
            if columns and isinstance(model._meta.pk, models.IntegerField | models.OneToOneField):
                found.append(TextTable(model, columns))
    return tuple(sorted(found, key=_turn))


def _turn(table: TextTable) -> int:
    if table.label in FIRST:
        return FIRST.index(table.label)
    return len(FIRST) + (table.label == LAST)


@cache
def files() -> tuple[FilePlace, ...]:
    return tuple(place for room in house.load("redactions") for place in room.FILES)


@cache
def seals() -> tuple[Seal, ...]:
    return tuple(seal for room in house.load("redactions") for seal in room.SEALS)


@cache
def paths_to_unit(label: str) -> tuple[str, ...]:
    """Along which relations a row is of a unit: the shortest by each first step, never by way of
    who wrote it."""
    if label in OWN_PATHS:
        return OWN_PATHS[label]
    return tuple(_shortest(apps.get_model(label)))


def _shortest(model: type[Model]) -> Iterator[str]:
    for field in _relations(model):
        if field.related_model is Unit:
            yield field.name
            continue
        nearest = _beyond(field.related_model, {model}, FURTHEST)
        if nearest:
            yield f"{field.name}__{nearest}"


def _beyond(model: type[Model], seen: set[type[Model]], steps: int) -> str:
    if model in seen or not steps:
        return ""
    ways = [
        field.name if field.related_model is Unit else f"{field.name}__{further}"
        for field in _relations(model)
        if field.related_model is Unit
        or (further := _beyond(field.related_model, seen | {model}, steps - 1))
    ]
    return min(ways, key=lambda way: way.count("__"), default="")


def _relations(model: type[Model]) -> Iterator[Any]:
    for field in model._meta.concrete_fields:
        related = field.related_model
        if (
            isinstance(related, type)
            and issubclass(related, Model)
            and not issubclass(related, User)
        ):
            yield field


def within(label: str, units: Iterable[int], *, root: bool) -> Q:
    """Which rows of a model are of these units; what is of none is for whoever reaches a root."""
    if label == LAST:
        return Q(unit_id__within=units) | (Q(unit_id=None) if root else Q(pk__in=[]))
    paths = paths_to_unit(label)
    if not paths:
        return Q() if root else Q(pk__in=[])
    found, lost = Q(pk__in=[]), Q()
    for path in paths:
        found |= Q(**{f"{path}__within": units})
        lost &= Q(**{f"{path}__isnull": True})
    return found | lost if root else found
