"""Routes of ideas: pages and API."""

from django.urls import path

from innovation.ideas import api, views

urlpatterns = [
    path("ideas/", views.idea_list, name="idea-list"),
    path("ideas/new/", views.create, name="idea-create"),
    path("ideas/<int:pk>/", views.detail, name="idea-detail"),
    path("ideas/<int:pk>/edit/", views.edit, name="idea-edit"),
    path("ideas/<int:pk>/set-aside/", views.set_aside, name="idea-set-aside"),
    path("ideas/<int:pk>/take-back/", views.take_back, name="idea-take-back"),
    path("api/v1/ideas/", api.IdeaList.as_view(), name="api-idea-list"),
    path("api/v1/ideas/<int:pk>/", api.IdeaDetail.as_view(), name="api-idea-detail"),
    path("api/v1/ideas/<int:pk>/set-aside/", api.set_aside, name="api-idea-set-aside"),
    path("api/v1/ideas/<int:pk>/take-back/", api.take_back, name="api-idea-take-back"),
]
