"""Routes of who can do what and of calls for help: pages and API."""

from django.urls import path

from innovation.talent import api
from innovation.talent.views import calls, people, skills

_CALL = "api/v1/calls/<int:pk>"
_OFFER = "api/v1/help-offers/<int:pk>"

urlpatterns = [
    path("talent/", people.find, name="talent"),
    path("talent/me/", people.own, name="talent-own"),
    path("talent/me/off/", people.switch_off, name="talent-off"),
    path("talent/people/<int:pk>/", people.detail, name="talent-person"),
    path("talent/skills/", skills.keep, name="talent-skills"),
    path("talent/skills/<int:pk>/retire/", skills.retire, name="talent-skill-retire"),
    path("calls/", calls.listed, name="call-list"),
    path("calls/ask/", calls.ask, name="call-ask"),
    path("calls/<int:pk>/", calls.detail, name="call"),
    path("calls/<int:pk>/offer/", calls.offer, name="call-offer"),
    path("calls/<int:pk>/close/", calls.close, name="call-close"),
    path("help-offers/<int:pk>/answer/", calls.answer, name="help-answer"),
    path("help-offers/<int:pk>/take-back/", calls.take_back, name="help-take-back"),
    path("api/v1/talent/", api.find, name="api-talent"),
    path("api/v1/talent/me/", api.OwnProfile.as_view(), name="api-talent-own"),
    path("api/v1/talent/skills/", api.Skills.as_view(), name="api-talent-skills"),
    path("api/v1/talent/skills/<int:pk>/retire/", api.retire_skill, name="api-talent-skill-retire"),
    path("api/v1/calls/", api.Calls.as_view(), name="api-call-list"),
    path(f"{_CALL}/", api.call, name="api-call"),
    path(f"{_CALL}/offer/", api.offer, name="api-call-offer"),
    path(f"{_CALL}/close/", api.close, name="api-call-close"),
    path("api/v1/help-offers/", api.Offers.as_view(), name="api-help-offers"),
    path(f"{_OFFER}/answer/", api.answer, name="api-help-answer"),
    path(f"{_OFFER}/take-back/", api.take_back, name="api-help-take-back"),
]
