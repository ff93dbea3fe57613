"""Who is signed in where."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from innovation.people import browsers
from innovation.people.models.account_kinds import refuse_a_service
from innovation.web import idle

if TYPE_CHECKING:
    from innovation.people.sessions import SessionStore

ADDRESS = "address"
BROWSER = "browser"
PROVIDER = "provider"  # the key of the identity provider by which it began


class Session(AbstractBaseSession):
    """A session of one person's, or of a visitor who has not signed in.

    Of its key only the hash is kept: the key alone opens the session, and stands in the browser's
    cookie. Where it began stands in its data, which follow it when its key changes and are sealed:
    they hold what waits for a password, and the seed of a second step that is being set up.
    """

    session_key = models.CharField(max_length=64, primary_key=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="sessions"
    )

    class Meta(AbstractBaseSession.Meta):
        triggers = [
            pgtrigger.Trigger(
                name="service_account_signs_in_nowhere",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("person_id"),
                # A broken constraint Django's store takes for a key that is in use already, and it
                # tries another for ever (5.2).
                func=refuse_a_service(
                    "NEW.person_id",
                    "service_account_signs_in_nowhere",
                    code="insufficient_privilege",
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.expire_date}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        from innovation.people.sessions import SessionStore  # it stores this model

        return SessionStore

    @property
    def began(self) -> tuple[datetime | None, str, str]:
        """When, from which address and in which browser, in words, it began."""
        data = self.get_decoded()
        at = data.get(idle.SIGNED_IN_AT)
        return (
            datetime.fromtimestamp(at, UTC) if at is not None else None,
            data.get(ADDRESS, ""),
            browsers.in_words(data.get(BROWSER, "")),
        )
