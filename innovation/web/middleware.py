"""Around every page: the person's clock, a refusal nobody caught, a database that is away."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from . import outage, views
from .refusal import Refused

Answer = Callable[[HttpRequest], HttpResponse]


class DatabaseAwayMiddleware:
    """A database that cannot be reached is a pause, not an accident: 503 and when to come again."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return views.database_away(request) if outage.is_away(error) else None


class TimeZoneMiddleware:
    """Times are shown on the person's own clock."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            zone = getattr(request.user, "time_zone", "") if hasattr(request, "user") else ""
        except DatabaseError as error:
            if outage.is_away(error):
                return views.database_away(request)
            raise
        try:
            timezone.activate(ZoneInfo(zone)) if zone else timezone.deactivate()
        except (ZoneInfoNotFoundError, ValueError):
            timezone.deactivate()
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


class RefusalMiddleware:
    """A refusal that a page's view did not answer itself becomes a page with its sentence."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return views.refused(request, error) if isinstance(error, Refused) else None
