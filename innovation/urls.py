"""The root of all addresses; each room keeps its own routes, pages and API together."""

from django.urls import URLPattern, URLResolver, include, path

from innovation import house
from innovation.admin import back_room
from innovation.federation.urls import sign_in_urlpatterns
from innovation.people.urls import account_urlpatterns
from innovation.web import health
from innovation.workflow import views as workflow


def routes(app: str) -> list[URLPattern | URLResolver]:
    """The routes of all rooms of an app, whose names begin with the app's: `pilots:pilot-list`."""
    return [route for urls in house.load("urls", app) for route in urls.urlpatterns]


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", workflow.readyz, name="readyz"),
    *(path("", include((routes(app), app))) for app in house.ROOMS),
    path("accounts/", include([*sign_in_urlpatterns, *account_urlpatterns])),
    path("back-room/", back_room.urls),
]

handler400 = "innovation.web.views.bad_request"
handler403 = "innovation.web.views.permission_denied"
handler404 = "innovation.web.views.not_found"
handler500 = "innovation.web.views.server_error"
