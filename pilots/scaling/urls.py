"""Routes of scale plans: pages and API."""

from django.urls import path

from pilots.scaling import api, views

_API = "api/v1/pilots/<int:pk>/scale-plan"

urlpatterns = [
    path("pilots/<int:pk>/scale-plan/", views.plan, name="scale-plan"),
    path("pilots/<int:pk>/scale-plan/amend/", views.amend, name="scale-plan-amend"),
    path("pilots/<int:pk>/scale-plan/answer/", views.answer, name="scale-plan-answer"),
    path(f"{_API}/", api.ScalePlanDetail.as_view(), name="api-scale-plan"),
    path(f"{_API}/amend/", api.amend, name="api-scale-plan-amend"),
    path(f"{_API}/answer/", api.answer, name="api-scale-plan-answer"),
]
