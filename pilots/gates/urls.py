"""Routes of gates: pages and API."""

from django.urls import path

from pilots.gates import api, views

_PILOT = "api/v1/pilots/<int:pk>"

urlpatterns = [
    path("pilots/<int:pk>/propose/", views.propose, name="pilot-propose"),
    path("pilots/<int:pk>/go-live/", views.go_live, name="pilot-go-live"),
    path("pilots/<int:pk>/go-live/ask/", views.ask_to_go_live, name="pilot-go-live-ask"),
    path("pilots/<int:pk>/evaluate/", views.evaluate, name="pilot-evaluate"),
    path("pilots/<int:pk>/stop/", views.stop, name="pilot-stop"),
    path("gates/<int:pk>/", views.decide, name="gate-decide"),
    path("gates/<int:pk>/dissent/", views.dissent, name="gate-dissent"),
    path("gates/<int:pk>/withdraw/", views.withdraw, name="gate-withdraw"),
    path("gate-conditions/<int:pk>/", views.condition, name="gate-condition"),
    path(f"{_PILOT}/checks/", api.checks, name="api-pilot-checks"),
    path(f"{_PILOT}/propose/", api.propose, name="api-pilot-propose"),
    path(f"{_PILOT}/go-live/", api.go_live, name="api-pilot-go-live"),
    path(f"{_PILOT}/go-live/ask/", api.ask_to_go_live, name="api-pilot-go-live-ask"),
    path(f"{_PILOT}/evaluate/", api.evaluate, name="api-pilot-evaluate"),
    path(f"{_PILOT}/stop/", api.stop, name="api-pilot-stop"),
    path("api/v1/gates/", api.ReviewList.as_view(), name="api-gate-list"),
    path("api/v1/gates/promised/", api.PromisedAnswers.as_view(), name="api-gates-promised"),
    path("api/v1/gates/<int:pk>/", api.GateReviewDetail.as_view(), name="api-gate-detail"),
    path("api/v1/gates/<int:pk>/decide/", api.decide, name="api-gate-decide"),
    path("api/v1/gates/<int:pk>/dissent/", api.dissent, name="api-gate-dissent"),
    path(
        "api/v1/gate-conditions/<int:pk>/verify/",
        api.verify_condition,
        name="api-gate-condition-verify",
    ),
]
