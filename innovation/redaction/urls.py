"""Pages of named patients."""

from django.urls import path

from innovation.redaction import views

urlpatterns = [
    path("patients-named/", views.redactions, name="redactions"),
    path("patients-named/tell/", views.report, name="patient-report-new"),
    path("patients-named/take-out/", views.take_out, name="redaction-new"),
    path("patients-named/reports/<int:pk>/", views.answer, name="patient-report"),
    path("patients-named/<int:pk>/", views.detail, name="redaction-detail"),
]
