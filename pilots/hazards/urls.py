"""Routes of hazard logs: pages and API."""

from django.urls import path

from pilots.hazards import api, views

urlpatterns = [
    path("pilots/<int:pk>/hazards/", views.log, name="hazard-log"),
    path("pilots/<int:pk>/hazards/record/", views.record, name="hazard-record"),
    path("pilots/<int:pk>/hazards/sign/", views.sign, name="hazard-sign"),
    path("hazards/<int:pk>/", views.detail, name="hazard-detail"),
    path("hazards/<int:pk>/edit/", views.edit, name="hazard-edit"),
    path("hazards/<int:pk>/control/", views.plan_control, name="hazard-control"),
    path("hazards/<int:pk>/judge/", views.judge, name="hazard-judge"),
    path("hazards/<int:pk>/reopen/", views.reopen, name="hazard-reopen"),
    path("hazards/controls/<int:pk>/done/", views.finish_control, name="hazard-control-done"),
    path("safety-cases/<int:pk>/", views.safety_case, name="safety-case"),
    path("safety-cases/<int:pk>/pdf/", views.safety_case_pdf, name="safety-case-pdf"),
    path("incidents/<int:pk>/hazard/", views.link_incident, name="hazard-link"),
    path("api/v1/pilots/<int:pk>/hazards/", api.HazardList.as_view(), name="api-hazard-list"),
]
