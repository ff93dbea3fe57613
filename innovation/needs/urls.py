"""Routes of needs: pages and API."""

from django.urls import path

from innovation.needs import api
from innovation.needs.views import reading, recording, triage

_API = "api/v1/needs"

urlpatterns = [
    path("needs/", reading.need_list, name="need-list"),
    path("needs/new/", recording.create, name="need-create"),
    path("needs/similar/", recording.similar, name="need-similar"),
    path("needs/draft/", recording.draft, name="need-draft"),
    path("needs/<int:pk>/", reading.detail, name="need-detail"),
    path("needs/<int:pk>/edit/", recording.edit, name="need-edit"),
    path("needs/<int:pk>/voice/", reading.voice, name="need-voice"),
    path("needs/<int:pk>/answer/", reading.answer, name="need-answer"),
    path("needs/<int:pk>/take-up/", triage.take_up, name="need-take-up"),
    path("needs/<int:pk>/accept/", triage.decide, {"verb": "accept"}, name="need-accept"),
    path("needs/<int:pk>/ask/", triage.decide, {"verb": "ask"}, name="need-ask"),
    path("needs/<int:pk>/decline/", triage.decide, {"verb": "decline"}, name="need-decline"),
    path("needs/<int:pk>/reopen/", triage.decide, {"verb": "reopen"}, name="need-reopen"),
    path("needs/<int:pk>/merge/", triage.merge, name="need-merge"),
    path("triage/", triage.queue, name="triage"),
    path(f"{_API}/", api.NeedList.as_view(), name="api-need-list"),
    path(f"{_API}/<int:pk>/", api.NeedDetail.as_view(), name="api-need-detail"),
    path(f"{_API}/<int:pk>/voice/", api.VoiceOfNeed.as_view(), name="api-need-voice"),
    path(f"{_API}/<int:pk>/merge/", api.merge, name="api-need-merge"),
    *(
        path(f"{_API}/<int:pk>/{verb}/", view, name=f"api-need-{verb}")
        for verb, view in api.VERBS.items()
    ),
]
