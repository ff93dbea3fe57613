"""Who has left: an account that is closed, from when on."""

from __future__ import annotations

from django.db import models

from innovation.people.models.users import User


class ClosedAccount(models.Model):
    """Written by a trigger as an account is closed, by whatever door, and taken away as it opens
    again. The administrators are told of what the person still answers for once it is due."""

    person = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="closed_account"
    )
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["at"], name="closed_account_untold", condition=models.Q(told_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.at}"
