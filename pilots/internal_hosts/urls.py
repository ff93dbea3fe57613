"""Routes of internal hosts."""

from django.urls import path

from pilots.internal_hosts import views

urlpatterns = [
    path("internal-hosts/", views.host_list, name="internal-hosts"),
    path("internal-hosts/new/", views.host_allow, name="internal-host-allow"),
    path("internal-hosts/<int:pk>/withdraw/", views.host_withdraw, name="internal-host-withdraw"),
]
