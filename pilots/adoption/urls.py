"""Routes of planned change: pages and API."""

from django.urls import path

from pilots.adoption.api import champions as api_champions
from pilots.adoption.api import groups as api_groups
from pilots.adoption.api import pulses as api_pulses
from pilots.adoption.api import training as api_training
from pilots.adoption.api import waves as api_waves
from pilots.adoption.views import champions, groups, plan, pulses, training, waves

urlpatterns = [
    path("pilots/<int:pk>/adoption/readiness/", pulses.readiness, name="readiness"),
    path("pilots/<int:pk>/adoption/pulse/", pulses.open_pulses, name="pulse-open"),
    path("groups/<int:pk>/use/", pulses.count_use, name="group-use"),
    path("groups/<int:pk>/help/", pulses.take_on, name="group-help"),
    path("api/v1/pilots/<int:pk>/readiness/", api_pulses.readiness, name="api-readiness"),
    path("api/v1/pilots/<int:pk>/pulses/", api_pulses.open_pulses, name="api-pulse-open"),
    path("api/v1/groups/<int:pk>/use/", api_pulses.count_use, name="api-group-use"),
    path("api/v1/groups/<int:pk>/help/", api_pulses.take_on, name="api-group-help"),
    path("pilots/<int:pk>/adoption/", plan.adoption, name="adoption"),
    path("pilots/<int:pk>/groups/add/", groups.add, name="group-add"),
    path("pilots/<int:pk>/groups/nobody/", groups.nobody, name="group-nobody"),
    path("groups/<int:pk>/", groups.detail, name="group"),
    path("groups/<int:pk>/change/", groups.change, name="group-change"),
    path("groups/<int:pk>/remove/", groups.remove, name="group-remove"),
    path("groups/<int:pk>/champions/ask/", champions.ask, name="champion-ask"),
    path("champions/<int:pk>/", champions.detail, name="champion"),
    path("champions/<int:pk>/answer/", champions.answer, name="champion-answer"),
    path("champions/<int:pk>/withdraw/", champions.withdraw, name="champion-withdraw"),
    path("champions/<int:pk>/step-down/", champions.step_down, name="champion-step-down"),
    path("groups/<int:pk>/training/add/", training.add, name="training-add"),
    path("groups/<int:pk>/people/", training.people, name="group-people"),
    path("group-members/<int:pk>/left/", training.member_left, name="group-member-left"),
    path("training/<int:pk>/", training.detail, name="training"),
    path("training/<int:pk>/cancel/", training.cancel, name="training-cancel"),
    path("training/<int:pk>/attended/", training.attended, name="training-attended"),
    path("attendances/<int:pk>/take-back/", training.take_back, name="attendance-take-back"),
    path("pilots/<int:pk>/waves/add/", waves.add, name="wave-add"),
    path("waves/<int:pk>/", waves.detail, name="wave"),
    path("waves/<int:pk>/change/", waves.change, name="wave-change"),
    path("waves/<int:pk>/live/", waves.live, name="wave-live"),
    path("waves/<int:pk>/drop/", waves.drop, name="wave-drop"),
    path("api/v1/pilots/<int:pk>/groups/", api_groups.GroupList.as_view(), name="api-groups"),
    path("api/v1/pilots/<int:pk>/groups/nobody/", api_groups.nobody, name="api-group-nobody"),
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
    path(
        "api/v1/groups/<int:pk>/training/",
        api_training.TrainingList.as_view(),
        name="api-training",
    ),
    path("api/v1/groups/<int:pk>/people/", api_training.people, name="api-group-people"),
    path("api/v1/training/<int:pk>/cancel/", api_training.cancel, name="api-training-cancel"),
    path("api/v1/training/<int:pk>/attended/", api_training.attended, name="api-training-attended"),
    path("api/v1/pilots/<int:pk>/waves/", api_waves.WaveList.as_view(), name="api-waves"),
    path("api/v1/waves/<int:pk>/change/", api_waves.change, name="api-wave-change"),
    path("api/v1/waves/<int:pk>/live/", api_waves.live, name="api-wave-live"),
    path("api/v1/waves/<int:pk>/drop/", api_waves.drop, name="api-wave-drop"),
]
