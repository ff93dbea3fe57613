"""What somebody was told. "Waiting for me" is not here: it is derived from state (web.panels)."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: models.Model) -> NoticeQuerySet:
        """A person's own inbox; nobody reads another's."""
        return self.filter(person=user.pk)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)


class Notice(models.Model):
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices"
    )
    at = models.DateTimeField()
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    subject = models.CharField(max_length=60)
    url = models.CharField(max_length=200)
    read_at = models.DateTimeField(null=True, blank=True)
    emailed_at = models.DateTimeField(null=True, blank=True)
    # The outbox: when its mail is to be tried, or tried again; null where there is none to send.
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_inbox"),
            models.Index(fields=["person"], name="notice_unread", condition=models.Q(read_at=None)),
            models.Index(
                fields=["mail_due_at"],
                name="notice_outbox",
                condition=models.Q(mail_due_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mail_due_at=None) | models.Q(emailed_at=None),
                name="notice_mailed_is_not_due",
            )
        ]

    def __str__(self) -> str:
        return self.title
