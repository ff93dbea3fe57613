"""Page and API of the log."""

from django.urls import path

from innovation.audit import api, views

urlpatterns = [
    path("log/", views.audit_log, name="audit-log"),
    path("log/chain/", views.audit_chain, name="audit-chain"),
    path("log/chain/anchors/", views.audit_anchors, name="audit-anchors"),
    path("log/chain/compare/", views.audit_compare, name="audit-compare"),
    path("log/chain/verify/", views.audit_verify, name="audit-verify"),
    path("log/chain/<int:pk>/", views.audit_verification, name="audit-verification"),
    path("log/export/", views.audit_export, name="audit-export"),
    path("api/v1/events/", api.EventList.as_view(), name="api-event-list"),
]
