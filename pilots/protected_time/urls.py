"""Routes of promised time: pages and API."""

from django.urls import path

from pilots.protected_time import api, views

urlpatterns = [
    path("my-time/", views.my_time, name="my-time"),
    path("my-time/calendar/", views.calendar_make, name="calendar-make"),
    path("my-time/calendar/off/", views.calendar_off, name="calendar-off"),
    path("calendar/<str:secret>.ics", views.calendar_feed, name="calendar-feed"),
    path("my-time/weeks/", views.week_answer, name="week-answer"),
    path("my-time/weeks/<int:pk>/", views.week_why, name="week-why"),
    path("promised/", views.promised, name="promised"),
    path("api/v1/units/<int:pk>/promised/", api.promised, name="api-promised"),
    path("time-requests/<int:pk>/cover/", views.plan_cover, name="time-cover"),
    path("api/v1/time-requests/<int:pk>/cover/", api.Cover.as_view(), name="api-time-cover"),
    path("api/v1/my-time/weeks/", api.OwnWeeks.as_view(), name="api-own-weeks"),
    path("api/v1/pilots/<int:pk>/kept-time/", api.kept_of_pilot, name="api-kept-of-pilot"),
    path("api/v1/units/<int:pk>/kept-time/", api.kept_of_unit, name="api-kept-of-unit"),
]
