"""The root of all addresses; each room keeps its own routes, pages and API together."""

from django.urls import URLPattern, URLResolver, include, path

from innovation.admin import back_room
from innovation.audit import urls as audit
from innovation.ideas import urls as ideas
from innovation.needs import urls as needs
from innovation.notices import urls as notices
from innovation.people import urls as people
from innovation.web import health
from innovation.web import urls as web

rooms = [
    *notices.urlpatterns,
    *needs.urlpatterns,
    *ideas.urlpatterns,
    *people.urlpatterns,
    *audit.urlpatterns,
    *web.urlpatterns,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include((rooms, "innovation"))),
    path("", include("pilots.urls")),
    path("", include("okrs.urls")),
    path("accounts/", include(people.account_urlpatterns)),
    path("back-room/", back_room.urls),
]

handler400 = "innovation.web.views.bad_request"
handler403 = "innovation.web.views.permission_denied"
handler404 = "innovation.web.views.not_found"
handler500 = "innovation.web.views.server_error"
