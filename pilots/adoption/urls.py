"""Routes of planned change: pages and API."""

from django.urls import path

from pilots.adoption.api import champions as api_champions
from pilots.adoption.api import groups as api_groups
from pilots.adoption.views import champions, groups, plan

urlpatterns = [
    path("pilots/<int:pk>/adoption/", plan.adoption, name="adoption"),
    path("pilots/<int:pk>/groups/add/", groups.add, name="group-add"),
    path("groups/<int:pk>/", groups.detail, name="group"),
    path("groups/<int:pk>/change/", groups.change, name="group-change"),
    path("groups/<int:pk>/remove/", groups.remove, name="group-remove"),
    path("groups/<int:pk>/champions/ask/", champions.ask, name="champion-ask"),
    path("champions/<int:pk>/", champions.detail, name="champion"),
    path("champions/<int:pk>/answer/", champions.answer, name="champion-answer"),
    path("champions/<int:pk>/withdraw/", champions.withdraw, name="champion-withdraw"),
    path("champions/<int:pk>/step-down/", champions.step_down, name="champion-step-down"),
    path("api/v1/pilots/<int:pk>/groups/", api_groups.GroupList.as_view(), name="api-groups"),
    path("api/v1/groups/<int:pk>/", api_groups.GroupDetail.as_view(), name="api-group"),
    path("api/v1/groups/<int:pk>/change/", api_groups.change, name="api-group-change"),
    path("api/v1/groups/<int:pk>/remove/", api_groups.remove, name="api-group-remove"),
    path(
        "api/v1/groups/<int:pk>/champions/",
        api_champions.ChampionList.as_view(),
        name="api-champions",
    ),
    path("api/v1/champions/<int:pk>/answer/", api_champions.answer, name="api-champion-answer"),
    path(
        "api/v1/champions/<int:pk>/step-down/",
        api_champions.step_down,
        name="api-champion-step-down",
    ),
]
