from django.urls import path

from okrs.reviews import api, views

urlpatterns = [
    path("review/", views.review, name="review"),
    path("api/v1/review/", api.ReviewDetail.as_view(), name="api-review"),
]
