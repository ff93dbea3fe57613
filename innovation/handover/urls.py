"""Pages of what leavers held."""

from django.urls import path

from innovation.handover import views

urlpatterns = [
    path("people/leavers/", views.leavers, name="leavers"),
    path("people/<int:pk>/hand-over/", views.person_hand_over, name="person-hand-over"),
]
