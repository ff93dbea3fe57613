"""Routes of no room."""

from django.urls import path

from . import views

urlpatterns = [
    path("design/", views.gallery, name="gallery"),
    path("search/", views.search, name="search"),
    path("look/", views.choose_theme, name="theme"),
]
