"""Routes of the clock: the API."""

from django.urls import path

from pilots.clock import api

urlpatterns = [
    path("api/v1/pilots/<int:pk>/clock/", api.clock, name="api-pilot-clock"),
]
