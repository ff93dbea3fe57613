"""Routes of no room."""

from django.urls import path

from . import views

urlpatterns = [
    path("look/", views.choose_theme, name="theme"),
]
