"""Where numbers come from: systems with their pace, files, and what somebody asks them at a page."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.connectors import kinds
from pilots.connectors.fields import MARK
from pilots.connectors.kind import SourceKind
from pilots.metrics.room import MetricsPermission


class JsonPathFinds(Func):
    """Whether a JSON path finds anything."""

    function = "jsonb_path_exists"
    template = "%(function)s(%(expressions)s::jsonpath)"
    output_field = models.BooleanField()


class SourceQuerySet(models.QuerySet["Source"]):
    def named(self, text: str) -> SourceQuerySet:
        return self.filter(name__icontains=text.replace("\x00", ""))

    def visible_to(self, user: User) -> SourceQuerySet:
        return self.filter(unit_id__within=user.reach(MetricsPermission.READ))


class Source(models.Model):
    """A system that answers questions with numbers. Its secret is written, never shown."""

    name = models.CharField(_("name"), max_length=120)
    # A key of the kind table (connectors/kinds.py); no choices, so that a new kind is no migration.
    kind = models.CharField(_("kind"), max_length=20)
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.PROTECT, related_name="sources", verbose_name=_("unit")
    )
    steward = models.CharField(
        _("who can fix it"),
        max_length=200,
        blank=True,
        help_text=_("A team or address, named when a pull fails."),
    )
    config = models.JSONField(default=dict, blank=True)
    # Where it is asked, as "https://reports.example.org:8443", for what sources of one server share;
    # empty where none is asked. Written with the settings (actions/sources.py).
    server = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)
    secret = models.BinaryField(default=b"", editable=False)
    # What stands behind the marks in `config` (connectors/hidden.py), sealed like the secret.
    hidden = models.BinaryField(default=b"", editable=False)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Who took it over from whoever connected it, and left.
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "name"],
                name="source_name_once_a_unit",
                violation_error_message=_("This unit has a source of this name."),
            ),
            models.CheckConstraint(condition=~Q(kind=""), name="source_kind_given"),
            models.CheckConstraint(
                condition=Q(
                    JsonPathFinds(F("config"), Value(f'$.headers.* ? (@ != "{MARK}")')),
                    _negated=True,
                ),
                name="source_headers_hidden",
            ),
        ]
        indexes = [
            models.Index(fields=["server"], name="source_server", condition=~Q(server="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def by_hand(self) -> bool:
        """Whether somebody types its numbers in."""
        return self.kind == "by_hand"

    @property
    def said(self) -> str:
        """Its name, as it stands beside its numbers."""
        if self.by_hand:
            return translated("%(source)s, typed in by hand") % {"source": self.name}
        return self.name

    @property
    def kept_by(self) -> User:
        """Who is told when a pull of no pilot's fails."""
        return self.keeper or self.created_by

    @property
    def served_by(self) -> str:
        """The server that its settings name: how it is spoken to, and its host and port."""
        found = self.connector.servers(self.config)
        return "://".join(found[0])[:300] if found else ""

    @property
    def asked_with(self) -> str:
        """A fingerprint of its settings and credentials."""
        parts = f"{sorted(self.config.items())}{bytes(self.hidden)!r}{bytes(self.secret)!r}"
        return hashlib.sha256(parts.encode()).hexdigest()

    @property
    def connector(self) -> SourceKind:
        """What the kind table says of this source's kind."""
        return kinds.of_source(self.kind)


class SourcePace(models.Model):
    """How a source has answered of late: whether it is slow, and whether it is left alone for now.

    No row is the same as a row that says nothing. Written where something changes (actions/pace.py).
    """

    source = models.OneToOneField(
        Source, on_delete=models.CASCADE, primary_key=True, related_name="pace"
    )
    failures = models.PositiveIntegerField(default=0)  # in a row, of whichever metric
    problem = models.TextField(blank=True)
    # Paused: nobody asks before this, and then one worker alone until it has answered.
    asked_again_at = models.DateTimeField(null=True, blank=True)
    slow = models.BooleanField(default=False)
    # Until then any number of workers may ask at once, because it answered quickly.
    quick_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(asked_again_at=None) | Q(failures__gt=0),
                name="pace_paused_after_failures",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, problem="") | (Q(failures__gt=0) & ~Q(problem="")),
                name="pace_failure_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.failures}"


class ServerPace(models.Model):
    """A server that fails, of whichever of its sources: it is left alone for all of them once they fail in a
    row, and two of them at least, as one alone may be what is broken.

    No row is the same as a row that says nothing. It goes with the first answer (actions/server_pace.py).
    """

    server = models.CharField(max_length=300, unique=True)
    failures = models.PositiveIntegerField()  # in a row
    problem = models.TextField()
    # With whose failure the row began, and whether another one's came to it.
    began_with = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    several = models.BooleanField(default=False)
    # Paused: nobody asks any source there before this, and then one worker alone until it has answered.
    asked_again_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(server="") & ~Q(problem="") & Q(failures__gt=0),
                name="server_pace_failure_says_why",
            ),
            models.CheckConstraint(
                condition=Q(asked_again_at=None) | Q(several=True),
                name="server_pace_paused_for_several",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.server}: {self.failures}"


class SourceFile(models.Model):
    """An uploaded file, kept as it came, so that a pull can be repeated."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class FetchedCopy(models.Model):
    """The file at a source's address as it was fetched last, for all metrics of the source."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="+")
    # A fingerprint of the settings and credentials that it was asked for with.
    asked_with = models.CharField(max_length=64, blank=True)
    began_at = models.DateTimeField(null=True)
    leads_until = models.DateTimeField(null=True)  # while a pull fetches it
    fetched_at = models.DateTimeField(null=True)
    content = models.BinaryField(default=b"")
    sha256 = models.CharField(max_length=64, blank=True)
    held = models.TextField(blank=True)  # why it is not taken before it was looked at again

    def __str__(self) -> str:
        return f"{self.source}, {self.fetched_at}"


class CheckKind(models.TextChoices):
    CONNECTION = "connection", _("Connection test")
    FILE = "file", _("Look at the file")
    DRY_RUN = "dry_run", _("Dry run")


class SourceCheck(models.Model):
    """What somebody at a page asks a source; a worker asks it, so that no page waits for another
    system. They alone see the answer, and it is forgotten within a day."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="checks")
    # For a metric of this unit; null: for whoever keeps the source.
    unit = models.ForeignKey(
        "innovation.Unit", on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=10, choices=CheckKind.choices)
    question = models.JSONField(default=dict)  # of a dry run: the metric as it was typed
    # A fingerprint of the settings and credentials that the source had.
    asked_with = models.CharField(max_length=64)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    asked_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(default=dict)
    content = models.BinaryField(default=b"")  # the file, where that was asked for
    problem = models.TextField(blank=True)
    who_can_fix = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at=None, answer={}, content=b"", problem="")
                | Q(done_at__isnull=False),
                name="source_check_answers_when_done",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=CheckKind.values), name="source_check_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="source_check_open", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.get_kind_display()}"
