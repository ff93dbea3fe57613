"""Pages of retention."""

from django.urls import path

from innovation.retention import views

urlpatterns = [
    path("people/retention/", views.terms, name="retention"),
    path("profile/data/", views.own_data, name="own-data"),
    path("profile/data/erasure/", views.own_erasure, name="own-erasure"),
    path("profile/data/erasure/withdraw/", views.erasure_withdraw, name="erasure-withdraw"),
    path("people/erasure/<int:pk>/", views.erasure_request, name="erasure-request"),
    path("people/<int:pk>/take-name/", views.take_name, name="person-take-name"),
]
