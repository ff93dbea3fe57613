"""Imports of people, invitations, and reviews of who holds which role."""

from __future__ import annotations

from datetime import date, datetime

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from innovation.people.models import RoleGrant, RoleProposal, Unit, User
from innovation.people.roles import ROLES, needs_second_person
from innovation.people.room import PeoplePermission


def _together(*names: str) -> models.Q:
    """All of them are known, or none is."""
    none, known = models.Q(), models.Q()
    for name in names:
        none &= models.Q(**{f"{name}__isnull": True})
        known &= models.Q(**{f"{name}__isnull": False})
    return none | known


class RowOutcome(models.TextChoices):
    WAITS = "waits", _("Waits")
    CREATED = "created", _("New account")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("As it was")
    REFUSED = "refused", _("Refused")


class PeopleImportQuerySet(models.QuerySet["PeopleImport"]):
    def visible_to(self, user: User) -> PeopleImportQuerySet:
        """Those into units whose people the user keeps."""
        return self.filter(unit_id__within=user.reach(PeoplePermission.MANAGE))

    def working(self) -> PeopleImportQuerySet:
        """Begun or being taken back, and not at the end of it."""
        return self.filter(
            models.Q(started_at__isnull=False, done_at=None)
            | models.Q(undo_at__isnull=False, undone_at=None)
        )


class PeopleImport(models.Model):
    """A file of people for a unit and those below it: looked at, done row by row, taken back."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    columns = models.JSONField()
    lines = models.JSONField()  # [number, cells] of each row; emptied once its rows are made
    mapping = models.JSONField(default=dict)  # fact to column
    mails_newcomers = models.BooleanField(default=True)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    undo_at = models.DateTimeField(null=True, blank=True)
    undo_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=_together("started_at", "started_by"),
                name="people_import_started_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=_together("undo_at", "undo_by"),
                name="people_import_undo_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=models.Q(done_at=None) | models.Q(started_at__isnull=False),
                name="people_import_done_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(undo_at=None) | models.Q(done_at__isnull=False),
                name="people_import_undo_after_done",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_at=None) | models.Q(undo_at__isnull=False),
                name="people_import_undone_after_undo",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_draft(self) -> bool:
        return self.started_at is None

    @property
    def is_working(self) -> bool:
        """A worker is at it, or will be."""
        if self.undo_at is not None:
            return self.undone_at is None
        return self.started_at is not None and self.done_at is None


class ImportRow(models.Model):
    """One row of an import: what it said, what became of it, what was taken back."""

    people_import = models.ForeignKey(PeopleImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # the line in the file
    said = models.JSONField()
    outcome = models.CharField(max_length=10, choices=RowOutcome.choices, default=RowOutcome.WAITS)
    sentence = models.TextField(blank=True)  # what changed, or why it was refused
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    grant = models.ForeignKey(
        RoleGrant, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proposal = models.ForeignKey(  # of a role above the line
        RoleProposal, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    changes = models.JSONField(default=dict)  # by detail: as it was, and as the row left it
    undone_at = models.DateTimeField(null=True, blank=True)
    kept = models.TextField(blank=True)  # what was not taken back, and why
    mail_due_at = models.DateTimeField(null=True, blank=True)  # the outbox of first mails
    mail_attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["people_import", "number"], name="import_row_once_a_line"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome__in=RowOutcome.values), name="import_row_outcome_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome__in=[RowOutcome.CREATED, RowOutcome.CHANGED])
                | models.Q(person__isnull=False),
                name="import_row_made_or_changed_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome=RowOutcome.REFUSED) | ~models.Q(sentence=""),
                name="import_row_refused_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["mail_due_at"],
                name="import_row_outbox",
                condition=models.Q(mail_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.people_import} · {self.number}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> InvitationQuerySet:
        """Those to units whose people the user keeps."""
        return self.filter(unit_id__within=user.reach(PeoplePermission.MANAGE))


class Invitation(models.Model):
    """Somebody at an address may take up a role in a unit, once, by the link that was mailed."""

    email = models.EmailField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    ends_on = models.DateField(null=True, blank=True)  # the last day of the role
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, null=True, blank=True, unique=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    mail_due_at = models.DateTimeField(null=True, blank=True)  # the outbox of links
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "unit", "role"],
                name="invitation_once_while_open",
                condition=models.Q(accepted_at=None, revoked_at=None),
                violation_error_message=_(
                    "This address is invited to this role already. Send the invitation again."
                ),
            ),
            models.CheckConstraint(
                condition=_together("accepted_at", "accepted_by"),
                name="invitation_accepted_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=_together("revoked_at", "revoked_by"),
                name="invitation_revoked_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=_together("token_hash", "expires_at"),
                name="invitation_link_expires",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None),
                name="invitation_accepted_or_revoked",
            ),
        ]
        indexes = [
            models.Index(
                fields=["mail_due_at"],
                name="invitation_outbox",
                condition=models.Q(mail_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def role_name(self) -> str:
        """In words; a role that there is no more keeps the key it was given by."""
        return str(ROLES[self.role].name) if self.role in ROLES else self.role

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None

    def is_expired(self, at: datetime) -> bool:
        """Whether its link has come to its end; one that is not sent yet has none."""
        return self.expires_at is not None and self.expires_at <= at


class AccessReviewQuerySet(models.QuerySet["AccessReview"]):
    def visible_to(self, user: User) -> AccessReviewQuerySet:
        """Those of units whose people the user reads."""
        return self.filter(unit_id__within=user.reach(PeoplePermission.READ))

    def open(self) -> AccessReviewQuerySet:
        return self.filter(closed_at=None)


class AccessReview(models.Model):
    """The administrators of a unit look at every role held in it and in those below it that have
    no administrators of their own: each is kept or taken back."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # null: the calendar
    due_on = models.DateField()
    left_out = models.TextField(blank=True)  # who holds what that nobody else could review
    reminded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = AccessReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                name="access_review_once_while_open",
                condition=models.Q(closed_at=None),
                violation_error_message=_("A review of this unit is open already."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="record_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return str(self.unit)

    def is_overdue(self, today: date) -> bool:
        return self.closed_at is None and self.due_on < today


class ReviewDecision(models.TextChoices):
    KEEP = "keep", _("Kept")
    REMOVE = "remove", _("Taken back")
    GONE = "gone", _("Ended meanwhile")


ANSWERS = (ReviewDecision.KEEP, ReviewDecision.REMOVE)


class ReviewedGrant(models.Model):
    """One role in a review: who decided what, and when. While the review is open an answer may be
    taken back; then the role waits again. Once it is closed, all stays as it is."""

    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="rows")
    grant = models.ForeignKey(RoleGrant, on_delete=models.PROTECT, related_name="+")
    last_seen_at = models.DateTimeField(null=True, blank=True)  # when the review was opened
    decision = models.CharField(max_length=8, blank=True, choices=ReviewDecision.choices)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "grant"], name="reviewed_once_in_a_review"),
            models.CheckConstraint(
                condition=models.Q(decision="", decided_at=None, decided_by=None)
                | models.Q(
                    decision__in=[ReviewDecision.KEEP, ReviewDecision.REMOVE],
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                )
                | models.Q(decision=ReviewDecision.GONE, decided_at__isnull=False, decided_by=None),
                name="reviewed_grant_decided_at_and_by_together",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="record_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="decided_until_taken_back",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__decision=""),
                func="""
                    IF NEW.decision = '' AND OLD.decision IN ('keep', 'remove')
                        AND NEW.review_id = OLD.review_id
                        AND (NEW.grant_id = OLD.grant_id OR OLD.decision = 'remove')
                        AND EXISTS (
                            SELECT 1 FROM innovation_accessreview review
                            WHERE review.id = OLD.review_id AND review.closed_at IS NULL
                        )
                    THEN RETURN NEW; END IF;
                    RAISE EXCEPTION 'Cannot change what was decided in a review';
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.grant)

    @property
    def takes_two(self) -> bool:
        """Whether two administrators give this role, so that it is answered by itself."""
        return needs_second_person(self.grant.role)
