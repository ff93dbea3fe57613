"""Routes of hours given back: pages and API."""

from django.urls import path

from pilots.time_returned import api, views

_OF_PILOT = "pilots/<int:pk>/hours"
_API = f"api/v1/{_OF_PILOT}"

urlpatterns = [
    path("hours/", views.account, name="time-account"),
    path(f"{_OF_PILOT}/", views.of_pilot, name="time-returned"),
    path(f"{_OF_PILOT}/declare/", views.declare, name="time-declare"),
    path(f"{_OF_PILOT}/take-back/", views.take_back, name="time-take-back"),
    path("human-touch/", views.human_touch, name="human-touch"),
    path("human-touch/questions/", views.touch_questions, name="touch-questions"),
    path("api/v1/human-touch/", api.HumanTouchDetail.as_view(), name="api-human-touch"),
    path("api/v1/hours/", api.AccountList.as_view(), name="api-time-accounts"),
    path("api/v1/hours/total/", api.AccountTotal.as_view(), name="api-time-total"),
    path(f"{_API}/", api.PilotHoursDetail.as_view(), name="api-time-returned"),
    path(f"{_API}/declarations/", api.TimeDeclarationList.as_view(), name="api-time-declarations"),
    path(f"{_API}/take-back/", api.take_back, name="api-time-take-back"),
]
