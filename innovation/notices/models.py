"""What somebody was told. "Waiting for me" is not here: it is derived from state (web.panels)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NewsDelivery(models.TextChoices):
    """How news of a kind reaches a person; the inbox holds all of it."""

    AT_ONCE = "at_once", _("By mail, at once")
    DAILY = "daily", _("In one mail a day")
    INBOX = "inbox", _("Only in the inbox")


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: models.Model) -> NoticeQuerySet:
        """A person's own inbox; nobody reads another's."""
        return self.filter(person=user.pk)

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)

    def for_daily_mail(self) -> NoticeQuerySet:
        """What the next mail of the day counts: what was read meanwhile needs none."""
        return self.filter(in_daily_mail=True, read_at=None)


class Notice(models.Model):
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices"
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    subject = models.CharField(max_length=60)
    url = models.CharField(max_length=200)
    read_at = models.DateTimeField(null=True, blank=True)
    emailed_at = models.DateTimeField(null=True, blank=True)
    # The outbox: when its mail is to be tried, or tried again; null where there is none to send.
    mail_due_at = models.DateTimeField(null=True, blank=True)
    mail_attempts = models.PositiveSmallIntegerField(default=0)
    # Or it waits for the one mail of the day.
    in_daily_mail = models.BooleanField(default=False)
    # Under which id it came about (web/request_id.py): its mail is sent under the same.
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")

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
            models.Index(
                fields=["person", "at"],
                name="notice_for_daily_mail",
                condition=models.Q(in_daily_mail=True, read_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mail_due_at=None) | models.Q(emailed_at=None),
                name="notice_mailed_is_not_due",
            ),
            models.CheckConstraint(
                condition=models.Q(in_daily_mail=False)
                | models.Q(mail_due_at=None, emailed_at=None),
                name="notice_is_mailed_in_one_way",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DailyMail(models.Model):
    """The one mail a day of one person: at which hour of theirs, and the next one as a due row."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="daily_mail",
    )
    hour = models.PositiveSmallIntegerField(default=7)
    # The person's time zone when the next one was planned: who moved is planned for anew.
    zone = models.CharField(max_length=60, blank=True)
    # From when on the next one may leave; null where none is planned. When it is to be tried (again).
    due_at = models.DateTimeField(null=True, blank=True)
    try_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # When the last one left, or was refused for good: none follows on that day.
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["try_at"],
                name="daily_mail_outbox",
                condition=models.Q(try_at__isnull=False),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(hour__lte=23), name="daily_mail_at_an_hour_of_the_day"
            ),
            models.CheckConstraint(
                condition=models.Q(due_at=None, try_at=None)
                | models.Q(due_at__isnull=False, try_at__gte=models.F("due_at")),
                name="daily_mail_is_tried_once_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.hour}:00"
