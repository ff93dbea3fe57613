"""Routes of accuracy in silent runs: pages and API."""

from django.urls import path

from pilots.accuracy import api, views

_API = "api/v1/pilots/<int:pk>/accuracy"

urlpatterns = [
    path("pilots/<int:pk>/accuracy/", views.accuracy, name="accuracy"),
    path("pilots/<int:pk>/accuracy/promise/", views.promise, name="accuracy-promise"),
    path("pilots/<int:pk>/accuracy/record/", views.record, name="accuracy-record"),
    path("pilots/<int:pk>/accuracy/upload/", views.upload, name="accuracy-upload"),
    path("accuracy/<int:pk>/", views.result, name="accuracy-result"),
    path("accuracy/<int:pk>/correct/", views.correct, name="accuracy-correct"),
    path("accuracy/<int:pk>/take-back/", views.take_back, name="accuracy-take-back"),
    path(f"{_API}/", api.AccuracyDetail.as_view(), name="api-accuracy"),
    path(f"{_API}/results/", api.ResultList.as_view(), name="api-accuracy-results"),
    path("api/v1/accuracy/<int:pk>/", api.ResultDetail.as_view(), name="api-accuracy-result"),
    path("api/v1/accuracy/<int:pk>/correct/", api.correct, name="api-accuracy-correct"),
    path("api/v1/accuracy/<int:pk>/take-back/", api.take_back, name="api-accuracy-take-back"),
]
