"""Routes of a pilot's team: pages and API."""

from django.urls import path

from pilots.staffing import api, views

urlpatterns = [
    path("pilots/<int:pk>/team/", views.team, name="team"),
    path("team/<int:pk>/remove/", views.remove, name="team-remove"),
    path("api/v1/pilots/<int:pk>/team/", api.TeamList.as_view(), name="api-team-list"),
    path("api/v1/team/<int:pk>/", api.TeamDetail.as_view(), name="api-team-detail"),
]
