"""Page and API of the log."""

from django.urls import path

from innovation.audit import api, views

urlpatterns = [
    path("log/", views.audit_log, name="audit-log"),
    path("api/v1/events/", api.EventList.as_view(), name="api-event-list"),
]
