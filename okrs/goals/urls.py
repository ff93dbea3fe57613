from django.urls import path

from okrs.goals import views

urlpatterns = [
    path("cycles/new/", views.create_cycle, name="cycle-create"),
    path("objectives/new/", views.create_objective, name="objective-create"),
    path("objectives/<int:pk>/edit/", views.edit_objective, name="objective-edit"),
    path(
        "objectives/<int:pk>/key-results/new/",
        views.create_key_result,
        name="key-result-create",
    ),
    path("key-results/<int:pk>/edit/", views.edit_key_result, name="key-result-edit"),
]
