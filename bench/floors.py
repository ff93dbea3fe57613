"""The floors: the least that a Django view can do to answer with the same rows.

A list floor is one ORM query of fifty rows with the columns the page shows, drawn by a bare
template with the same cells; a detail floor is one query by primary key. Neither asks who is
there: a page pays for its session, its person's reach and its shell on top.
"""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import Context, Engine
from django.urls import include, path

from innovation.needs.models import Need
from pilots.lifecycle.models import Pilot

ROWS = Engine().from_string(
    "<!doctype html><title>Floor</title><table>{% for row in rows %}<tr><td>"
    '<a href="/needs/{{ row.pk }}/">{{ row.title }}</a><span>{{ row.unit.name }}</span></td>'
    "<td>{{ row.voice_count }}</td><td>{{ row.burden_minutes }}</td>"
    "<td>{{ row.get_status_display }}</td><td>{{ row.submitted_at }}</td></tr>{% endfor %}</table>"
)
ONE = Engine().from_string("<!doctype html><title>Floor</title><h1>{{ row.title }}</h1>")


def need_rows(request: HttpRequest) -> HttpResponse:
    rows = Need.objects.select_related("unit").defer("search").order_by("-id")[:50]
    return HttpResponse(ROWS.render(Context({"rows": rows})))


def pilot(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponse(ONE.render(Context({"row": Pilot.objects.get(pk=pk)})))


def raw_needs(request: HttpRequest) -> JsonResponse:
    """Raw SQL to JSON: the floor of an API list."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, title, problem, population, outcome, setting, frequency, status,"
            " voice_count, submitted_at, unit_id FROM innovation_need ORDER BY id DESC LIMIT 50"
        )
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return JsonResponse({"results": rows})


urlpatterns = [
    path("floor/needs/", need_rows),
    path("floor/pilots/<int:pk>/", pilot),
    path("floor/api/needs/", raw_needs),
    path("", include("innovation.urls")),
]
