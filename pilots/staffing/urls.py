"""Routes of a pilot's team: pages and API."""

from django.urls import path

from pilots.staffing import api, views

_ONE = "api/v1/time-requests/<int:pk>"

urlpatterns = [
    path("pilots/<int:pk>/team/", views.team, name="team"),
    path("team/<int:pk>/remove/", views.remove, name="team-remove"),
    path("time-requests/<int:pk>/", views.detail, name="time-request"),
    path("time-requests/<int:pk>/answer/", views.answer, name="time-answer"),
    path("time-requests/<int:pk>/unit-answer/", views.unit_answer, name="time-unit-answer"),
    path("time-requests/<int:pk>/withdraw/", views.withdraw, name="time-withdraw"),
    path("time-requests/<int:pk>/give-back/", views.give_back, name="time-give-back"),
    path("api/v1/pilots/<int:pk>/team/", api.TeamList.as_view(), name="api-team-list"),
    path("api/v1/pilots/<int:pk>/team-mix/", api.team_mix, name="api-team-mix"),
    path("api/v1/team/<int:pk>/", api.TeamDetail.as_view(), name="api-team-detail"),
    path(
        "api/v1/pilots/<int:pk>/time-requests/",
        api.TimeRequests.as_view(),
        name="api-time-requests",
    ),
    path(f"{_ONE}/", api.detail, name="api-time-request"),
    path(f"{_ONE}/answer/", api.answer, name="api-time-answer"),
    path(f"{_ONE}/unit-answer/", api.unit_answer, name="api-time-unit-answer"),
    path(f"{_ONE}/withdraw/", api.withdraw, name="api-time-withdraw"),
    path(f"{_ONE}/give-back/", api.give_back, name="api-time-give-back"),
]
