"""Routes of looks at what was scaled: pages and API."""

from django.urls import path

from pilots.sustaining import api, views

_API = "api/v1/sustained-reviews"

urlpatterns = [
    path("sustained-reviews/<int:pk>/", views.review, name="sustained-review"),
    path("sustained-reviews/<int:pk>/answer/", views.answer, name="sustained-answer"),
    path(f"{_API}/", api.SustainedList.as_view(), name="api-sustained-list"),
    path(f"{_API}/<int:pk>/", api.SustainedDetail.as_view(), name="api-sustained-detail"),
    path(f"{_API}/<int:pk>/answer/", api.answer, name="api-sustained-answer"),
    path(f"{_API}/<int:pk>/decide/", api.decide, name="api-sustained-decide"),
]
