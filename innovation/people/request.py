"""A request whose user is a person of ours: what every view behind `require` is given."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from innovation.people.models import User


class PersonRequest(HttpRequest):
    """Of a page. For types alone: Django makes the request, `require` lets only people in."""

    user: User
    htmx: HtmxDetails


def person(request: Request) -> User:
    """Who asks the API; `Holds` let nobody else in."""
    assert isinstance(request.user, User)
    return request.user
