"""Pages of retention."""

from django.urls import path

from innovation.retention import views

urlpatterns = [
    path("people/retention/", views.terms, name="retention"),
    path("profile/data/", views.own_data, name="own-data"),
    path("people/<int:pk>/take-name/", views.take_name, name="person-take-name"),
]
