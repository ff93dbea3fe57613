"""The clock of a pilot over the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from innovation.people.request import person
from innovation.rules import dates
from innovation.web.entrance import Holds
from pilots.clock.presenters import ClockOut
from pilots.lifecycle.queries import clock_of, visible_pilot
from pilots.lifecycle.room import PilotsPermission


@extend_schema(responses=ClockOut)
@api_view(["GET"])
@permission_classes([Holds(PilotsPermission.READ)])
def clock(request: Request, pk: int) -> Response:
    """In which week of how many a pilot in use is, and until when it may run; of others there is none."""
    found = clock_of(visible_pilot(person(request), pk), today=dates.today())
    if found is None:
        raise NotFound
    return Response(ClockOut(found).data)
