from django.urls import path

from okrs.progress import api, views

urlpatterns = [
    path("objectives/", views.objective_list, name="objective-list"),
    path("objectives/<int:pk>/", views.objective_detail, name="objective-detail"),
    path("api/v1/objectives/", api.ObjectiveList.as_view(), name="api-objective-list"),
    path(
        "api/v1/objectives/<int:pk>/",
        api.ObjectiveDetail.as_view(),
        name="api-objective-detail",
    ),
    path(
        "api/v1/key-results/<int:pk>/",
        api.KeyResultDetail.as_view(),
        name="api-key-result-detail",
    ),
]
