"""Routes of a pilot's life: pages and API."""

from django.urls import path

from pilots.lifecycle import api, views

_API = "api/v1/pilots"

urlpatterns = [
    path("pilots/new/", views.open_pilot, name="pilot-open"),
    path("pilots/<int:pk>/charter/", views.charter, name="charter"),
    path("pilots/<int:pk>/pathway/", views.pathway, name="pathway"),
    path("pilots/<int:pk>/log/", views.log, name="pilot-log-write"),
    path("pilots/<int:pk>/prepare/", views.prepare, name="pilot-prepare"),
    path("pilots/<int:pk>/pause/", views.pause, name="pilot-pause"),
    path("pilots/<int:pk>/resume/", views.resume, name="pilot-resume"),
    path("pilots/<int:pk>/show-output/", views.show_output, name="pilot-show-output"),
    path(f"{_API}/", api.PilotList.as_view(), name="api-pilot-list"),
    path(f"{_API}/<int:pk>/", api.PilotDetail.as_view(), name="api-pilot-detail"),
    path(f"{_API}/<int:pk>/pathway/", api.pathway, name="api-pilot-pathway"),
    path(f"{_API}/<int:pk>/prepare/", api.prepare, name="api-pilot-prepare"),
    path(f"{_API}/<int:pk>/pause/", api.pause, name="api-pilot-pause"),
    path(f"{_API}/<int:pk>/resume/", api.resume, name="api-pilot-resume"),
    path(f"{_API}/<int:pk>/log/", api.LogList.as_view(), name="api-pilot-log"),
]
