"""Saying why: the reason that the people concerned will read."""

from django.utils.translation import gettext as _

from innovation.rules.refusal import Malformed


def required(reason: str) -> str:
    """The reason without white space around it; refused where nothing is left."""
    reason = reason.strip()
    if not reason:
        raise Malformed(_("Say why, in a sentence: the people concerned will read it."))
    return reason
