"""Routes of delegations: pages and API."""

from django.urls import path

from pilots.delegation import api, views

urlpatterns = [
    path("delegations/", views.delegation_list, name="delegation-list"),
    path("delegations/<int:pk>/", views.detail, name="delegation-detail"),
    path("delegations/<int:pk>/end/", views.end, name="delegation-end"),
    path("api/v1/delegations/", api.DelegationList.as_view(), name="api-delegation-list"),
    path(
        "api/v1/delegations/<int:pk>/",
        api.DelegationDetail.as_view(),
        name="api-delegation-detail",
    ),
    path("api/v1/delegations/<int:pk>/answer/", api.answer, name="api-delegation-answer"),
    path("api/v1/delegations/<int:pk>/end/", api.end, name="api-delegation-end"),
]
