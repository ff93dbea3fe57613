"""Routes of the learning library: pages and API."""

from django.urls import path

from pilots.learning import api, views

_API = "api/v1/learning"

urlpatterns = [
    path("learning/", views.learning_list, name="learning-list"),
    path("learning/<int:pk>/", views.detail, name="learning"),
    path("learning/<int:pk>/complete/", views.complete, name="learning-complete"),
    path("pilots/<int:pk>/learning/<int:card>/read/", views.read, name="learning-read"),
    path(f"{_API}/", api.LearningList.as_view(), name="api-learning-list"),
    path(f"{_API}/<int:pk>/", api.LearningDetail.as_view(), name="api-learning"),
    path(
        "api/v1/pilots/<int:pk>/learning/", api.LearningOfPilot.as_view(), name="api-pilot-learning"
    ),
]
