"""Routes of milestones: pages and API."""

from django.urls import path

from pilots.milestones import api, views

_API = "api/v1/milestones/<int:pk>"

urlpatterns = [
    path("pilots/<int:pk>/milestones/add/", views.add, name="milestone-add"),
    path("milestones/<int:pk>/", views.detail, name="milestone"),
    path("milestones/<int:pk>/reached/", views.reach, name="milestone-reach"),
    path("milestones/<int:pk>/move/", views.move, name="milestone-move"),
    path("milestones/<int:pk>/drop/", views.drop, name="milestone-drop"),
    path("api/v1/pilots/<int:pk>/milestones/", api.MilestoneList.as_view(), name="api-milestones"),
    path(f"{_API}/reached/", api.reach, name="api-milestone-reach"),
    path(f"{_API}/move/", api.move, name="api-milestone-move"),
    path(f"{_API}/drop/", api.drop, name="api-milestone-drop"),
]
