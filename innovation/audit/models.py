"""What was done, by whom, to what: a chain that only grows.

Events hold text references ("need:12"), no foreign keys, so they outlive what they speak of.
Application logic never reads them. The chain's head is a row of its own: its lock orders the
numbers, and it betrays a tail that was cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.audit import shown
from innovation.audit.room import AuditPermission
from innovation.web.person import Person


class Reader(Person, Protocol):
    """Whoever reads the log."""

    @property
    def ref(self) -> str: ...
    def units(
        self, permission: str | None = None, *, closed: bool = False
    ) -> models.QuerySet[models.Model]: ...


class EventQuerySet(models.QuerySet["Event"]):
    def about(self, ref: str) -> EventQuerySet:
        """Events that concern one object, newest first."""
        return self.filter(subjects__contains=[ref]).order_by("-number")

    def visible_to(self, user: Reader) -> EventQuerySet:
        """The log as this person may read it: events of the units their `audit.read` reaches.

        Events of no unit (a person without one, an objective's cycle) are for whoever reads a root.
        """
        seen = models.Q(unit_id__within=user.reach(AuditPermission.READ))
        if self.reads_whole(user):
            seen |= models.Q(unit_id=None)
        return self.filter(seen)

    def but_reads(self) -> EventQuerySet:
        """What was done, without who looked at what, and without what pulls wrote."""
        return self.exclude(type__endswith=".read").exclude(type__endswith=".numbers_kept")

    def to_account(self, ref: str) -> EventQuerySet:
        """What concerns one person's account first of all, newest first."""
        return self.about(ref).filter(subjects__0=ref)

    def reads_whole(self, user: Reader) -> bool:
        """Whether this person reads the log of a root, and with it all of every event."""
        return bool(user.units(AuditPermission.READ).filter(parent=None).exists())

    def saying(self, text: str, *, reader: Reader, types: Iterable[str] = ()) -> EventQuerySet:
        """Events whose names or reasons, as far as the reader is shown them, have words that begin
        so, or whose type is in `types`, or that concern the thing that `text` refers to (`need:12`)."""
        if re.fullmatch(r"[a-z]+:\w+", text):
            return self.filter(models.Q(subjects__contains=[text]) | models.Q(actor=text))
        begins = " & ".join(f"{term}:*" for term in re.findall(r"\w+", text))
        if not begins:
            return self.none()
        query = SearchQuery(begins, search_type="raw", config="simple")
        words = shown.words_shown(whole=self.reads_whole(reader))
        # The index finds them; of what it found, only the words that are shown count.
        named = models.Q(search=query, shown=query)
        return self.alias(shown=words).filter(named | models.Q(type__in=list(types)))

    def for_log(self) -> EventQuerySet:
        return self.defer("search")


class Event(models.Model):
    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(_("when"), db_index=True)
    actor = models.CharField(_("who"), max_length=60)
    actor_name = models.CharField(max_length=120)
    type = models.CharField(_("what"), max_length=60, db_index=True)
    subjects = ArrayField(models.CharField(max_length=60))
    subject_name = models.CharField(max_length=300)
    unit_id = models.BigIntegerField(null=True, db_index=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    # Under which id it was done (web/request_id.py): leads to lines of the log, proves nothing.
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    # For the log's search: names and what was said. Derived, so no part of the hash.
    search = models.GeneratedField(
        expression=SearchVector("subject_name", "actor_name", "details", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        indexes = [
            GinIndex(fields=["subjects"], name="event_subjects"),
            GinIndex(fields=["search"], name="event_search"),
            models.Index(fields=["actor", "-number"], name="event_actor"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(actor=""), name="event_has_actor"),
            models.CheckConstraint(
                condition=models.Q(subjects__len__gt=0), name="event_has_subject"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.type} {self.subject_name}"


class ChainHead(models.Model):
    """One row: the number and hash of the last event. Its row lock is what orders the chain."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="chain_head_is_one_row")
        ]

    def __str__(self) -> str:
        return f"event {self.number}"


class VerificationQuerySet(models.QuerySet["Verification"]):
    def visible_to(self, user: Reader) -> VerificationQuerySet:
        """One's own; all of them for whoever reads the log of a root."""
        if Event.objects.reads_whole(user):
            return self.all()
        return self.filter(asked_by=user.ref)

    def under_way(self) -> VerificationQuerySet:
        return self.filter(ended_at=None)


class Verification(models.Model):
    """Somebody had a range of the chain read from its first event to its last. A long one is read
    piece by piece; the row says how far it came, and what its last event's hash was."""

    asked_by = models.CharField(max_length=60)  # a reference, as events hold it
    asked_by_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    # What the last event's hash was as this was asked for, where that was the end of the chain.
    end_hash = models.CharField(max_length=64, blank=True)
    checked = models.BigIntegerField()  # the last number that was looked at
    previous_hash = models.CharField(max_length=64, blank=True)  # empty: the one before was gone
    faults = models.JSONField(default=list)  # the first of them: [kind, number, until]
    fault_count = models.IntegerField(default=0)
    # Events that words were taken out of since, as a later event says.
    redacted = models.IntegerField(default=0, db_default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["id"],
                name="verification_under_way",
                condition=models.Q(ended_at=None),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(first__gte=1, last__gte=models.F("first")),
                name="verification_of_some_events",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    checked__gte=models.F("first") - 1, checked__lte=models.F("last")
                ),
                name="verification_checked_within",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(checked=models.F("last")),
                name="verification_ended_at_its_last",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"

    def get_absolute_url(self) -> str:
        return reverse("innovation:audit-verification", args=[self.pk])

    @property
    def anchor(self) -> str:
        """Where it ended, to be kept elsewhere; empty where a fault leaves nothing to rely on."""
        sound = self.ended_at is not None and not self.fault_count
        return f"{self.last}:{self.previous_hash}" if sound else ""
