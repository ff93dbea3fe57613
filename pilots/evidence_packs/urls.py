"""Routes of evidence packs: pages and API."""

from django.urls import path

from pilots.evidence_packs import api, views

urlpatterns = [
    path("pilots/<int:pk>/evidence-packs/freeze/", views.freeze, name="evidence-pack-freeze"),
    path("evidence-packs/<int:pk>/", views.detail, name="evidence-pack-detail"),
    path("evidence-packs/<int:pk>/file/", views.download, name="evidence-pack-file"),
    path(
        "api/v1/pilots/<int:pk>/evidence-packs/",
        api.EvidencePackList.as_view(),
        name="api-evidence-pack-list",
    ),
    path(
        "api/v1/evidence-packs/<int:pk>/",
        api.EvidencePackDetail.as_view(),
        name="api-evidence-pack-detail",
    ),
    path(
        "api/v1/evidence-packs/<int:pk>/file/",
        api.EvidencePackFile.as_view(),
        name="api-evidence-pack-file",
    ),
]
