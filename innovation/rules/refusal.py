"""A rule said no. The text of the exception is the sentence that the person reads,
on the page, in the API's problem details and in a form's error alike."""

from django.core.exceptions import PermissionDenied


class Refused(Exception):
    """What was asked is not possible as things stand; nothing was changed."""

    status = 409


class Malformed(Refused):
    """What was given does not fit, however things stand: a reason is missing, an end lies before
    its start. Forms and serializers say so first; the action is for whoever calls it otherwise."""

    status = 400


class NotAllowed(Refused, PermissionDenied):
    """The person's roles do not reach this."""

    status = 403


class Conflict(Refused):
    """Somebody else was first, or the state has moved on."""
