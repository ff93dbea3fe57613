"""Words that make no password here, because everybody who works here would try them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Beside the organisation's name and the site's host.
EVERYWHERE = ("pilotlight", "pilot", "hospital", "health", "innovation", "password", "welcome")
FEWEST_OTHERS = 8  # letters and digits


def words() -> set[str]:
    """The words of the house: of its name, its address, and of what is done here."""
    host = urlsplit(settings.SITE_URL).hostname or ""
    named = re.findall(r"\w+", f"{settings.ORGANISATION} {host}".casefold())
    return {word for word in (*named, *EVERYWHERE) if len(word) > 3}


class HouseWordsValidator:
    """Refuses a password of which little is left without the words of the house and a year."""

    def validate(self, password: str, user: object = None) -> None:
        left = password.casefold()
        for word in sorted(words(), key=len, reverse=True):
            left = left.replace(word, " ")
        left = re.sub(r"\b(19|20)\d\d\b|\W|_", "", left)
        if len(left) < FEWEST_OTHERS:
            raise ValidationError(
                _("This is made of words that everybody here would try. Choose others."),
                code="password_of_house_words",
            )

    def get_help_text(self) -> str:
        return _("Not the name of the organisation or of this site, with a number behind it.")
