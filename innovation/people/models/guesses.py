"""Wrong passwords, counted for all processes."""

from __future__ import annotations

from django.db import models


class PasswordGuesses(models.Model):
    """How many wrong passwords an account or an address sent lately; `people.guesses` says what
    follows. The subject is a hash: no address of a visitor is kept."""

    subject = models.CharField(max_length=64, primary_key=True)
    level = models.FloatField()
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.level:.0f}"
