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
from pilots.adoption.models import UseCount
from pilots.lifecycle.models import Pilot

ROWS = Engine().from_string(
    "<!doctype html><title>Floor</title><table>{% for row in rows %}<tr><td>"
    '<a href="/needs/{{ row.pk }}/">{{ row.title }}</a><span>{{ row.unit.name }}</span></td>'
    "<td>{{ row.voice_count }}</td><td>{{ row.burden_minutes }}</td>"
    "<td>{{ row.get_status_display }}</td><td>{{ row.submitted_at }}</td></tr>{% endfor %}</table>"
)
HEAT = Engine().from_string(
    "<!doctype html><title>Floor</title><table>{% for row in rows %}<tr><th>"
    '<a href="/groups/{{ row.group.pk }}/">{{ row.group.name }}</a><span>n {{ row.eligible }}</span></th>'
    '{% for _cell in "12345" %}<td class="heat">{{ row.group.people }} {{ row.active }}</td>{% endfor %}'
    "<td>{{ row.trained }}</td><td>{{ row.active }}<span>{{ row.source }}, {{ row.on }}</span></td>"
    "<td>{{ row.still_active }}</td><td>{{ row.group.changes }}<span>{{ row.source }}</span>"
    '<a href="/groups/{{ row.group.pk }}/help/">Help</a><a href="/groups/{{ row.group.pk }}/use/">Use</a>'
    "</td></tr>{% endfor %}</table>"
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


def heat_rows(request: HttpRequest) -> HttpResponse:
    """Every group with its last count: a row of ten cells each, as on the heat map."""
    rows = UseCount.objects.select_related("group").order_by("group_id")
    return HttpResponse(HEAT.render(Context({"rows": rows})))


urlpatterns = [
    path("floor/heat/", heat_rows),
    path("floor/needs/", need_rows),
    path("floor/pilots/<int:pk>/", pilot),
    path("floor/api/needs/", raw_needs),
    path("", include("innovation.urls")),
]
