"""Saying why: the reason that the people concerned will read."""

from django.utils.translation import gettext as _

from innovation.rules.refusal import Malformed
from innovation.rules.text import visible


def required(reason: str) -> str:
    """The reason without white space around it; refused where nothing is left."""
    reason = visible(reason)
    if not reason:
        raise Malformed(_("Say why, in a sentence: the people concerned will read it."))
    return reason
