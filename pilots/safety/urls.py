"""Routes of safety: pages and API. What stands on a sheet on the ward is short."""

from django.urls import path

from pilots.safety import api, views

_API = "api/v1/pilots/<int:pk>"

urlpatterns = [
    path("p/<int:pk>/", views.here, name="pilot-here"),
    path("p/<int:pk>/poster/", views.poster, name="pilot-poster"),
    path("p/<int:pk>/stop/", views.stop, name="stop-ask"),
    path("p/<int:pk>/stop/answer/", views.stop_answer, name="stop-answer"),
    path("p/<int:pk>/report/", views.report, name="incident-report"),
    path("incidents/", views.incident_list, name="incident-list"),
    path("incidents/file/", views.incident_file, name="incident-file"),
    path("incidents/<int:pk>/", views.incident_detail, name="incident-detail"),
    path("incidents/<int:pk>/look/", views.incident_look, name="incident-look"),
    path(f"{_API}/stops/", api.StopList.as_view(), name="api-stop-list"),
    path(f"{_API}/stops/answer/", api.answer_stops, name="api-stop-answer"),
    path(f"{_API}/incidents/", api.report, name="api-incident-report"),
    path("api/v1/incidents/", api.IncidentList.as_view(), name="api-incident-list"),
    path("api/v1/incidents/fhir/", api.as_fhir, name="api-incident-fhir"),
    path("api/v1/incidents/<int:pk>/", api.IncidentDetail.as_view(), name="api-incident-detail"),
    path("api/v1/incidents/<int:pk>/look/", api.look, name="api-incident-look"),
    path("api/v1/incidents/<int:pk>/answer/", api.answer, name="api-incident-answer"),
]
