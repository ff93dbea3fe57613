"""Routes of the portfolio."""

from django.urls import path

from pilots.portfolio import views

urlpatterns = [
    path("pilots/", views.pilot_list, name="pilot-list"),
    path("pilots/<int:pk>/", views.detail, name="pilot-detail"),
    path("pilots/<int:pk>/history/", views.history, name="pilot-history"),
]
