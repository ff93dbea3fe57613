"""A rule said no. The text of the exception is the sentence that the person reads,
on the page, in the API's problem details and in a form's error alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied


class Refused(Exception):
    """What was asked is not possible now; nothing was changed."""

    status = 400


class NotAllowed(Refused, PermissionDenied):
    """The person's roles do not reach this."""

    status = 403


class Conflict(Refused):
    """Somebody else was first, or the state has moved on."""

    status = 409


@contextmanager
def shown_on(form: Any) -> Iterator[None]:
    """Put the sentence of a refusal above the form, which keeps what was typed:

        with shown_on(form):
            needs.decline(...)
            return redirect(...)
        return render(... form ...)

    What the person may not do at all stays a refusal of the whole page.
    """
    try:
        yield
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(None, str(refusal))
