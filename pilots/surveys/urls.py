"""Routes of questions to a group: pages and API. What is printed on a sheet is short."""

from django.urls import path

from pilots.surveys import api
from pilots.surveys.views import answering, instruments, rounds

urlpatterns = [
    path("a/<str:key>/", answering.answer, name="survey-answer"),
    path("a/<str:key>/thanks/", answering.thanks, name="survey-thanks"),
    path("pilots/<int:pk>/questions/", rounds.of_pilot, name="surveys"),
    path("pilots/<int:pk>/questions/open/", rounds.open_round, name="survey-open"),
    path("pilots/<int:pk>/questions/follow/", rounds.follow, name="survey-follow"),
    path("questions/<int:pk>/", rounds.detail, name="survey"),
    path("questions/<int:pk>/sheet/", rounds.sheet, name="survey-sheet"),
    path("questions/<int:pk>/close/", rounds.close, name="survey-close"),
    path("instruments/", instruments.instrument_list, name="instruments"),
    path("instruments/add/", instruments.add, name="instrument-add"),
    path("instruments/<int:pk>/", instruments.detail, name="instrument"),
    path("instruments/<int:pk>/change/", instruments.change, name="instrument-change"),
    path("api/v1/pilots/<int:pk>/questions/", api.SurveyRoundList.as_view(), name="api-surveys"),
    path("api/v1/questions/<int:pk>/", api.SurveyRoundDetail.as_view(), name="api-survey"),
    path("api/v1/questions/<int:pk>/close/", api.close, name="api-survey-close"),
    path("api/v1/instruments/", api.InstrumentList.as_view(), name="api-instruments"),
    path(
        "api/v1/instruments/<int:pk>/change/",
        api.change_instrument,
        name="api-instrument-change",
    ),
]
