"""Routes of the register of risks: pages and API."""

from django.urls import path

from pilots.risks import api, views

urlpatterns = [
    path("pilots/<int:pk>/risks/record/", views.record, name="risk-record"),
    path("risks/<int:pk>/", views.detail, name="risk"),
    path("risks/<int:pk>/look/", views.look, name="risk-look"),
    path("risks/<int:pk>/close/", views.close, name="risk-close"),
    path("api/v1/pilots/<int:pk>/risks/", api.RiskList.as_view(), name="api-risks"),
    path("api/v1/risks/<int:pk>/look/", api.look, name="api-risk-look"),
    path("api/v1/risks/<int:pk>/close/", api.close, name="api-risk-close"),
]
