"""Which language somebody is written to in."""

from django.conf import settings

OF_THE_SOURCES = "en-gb"


def language_of(name: str) -> str:
    """The language that somebody chose; the installation's where they chose none, or one that there
    is no more."""
    chosen: str = name if name in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    return chosen
