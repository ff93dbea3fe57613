"""Routes of no room."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from . import views

urlpatterns = [
    path("design/", views.gallery, name="gallery"),
    path("waiting/count/", views.waiting_count, name="waiting-count"),
    path("unsent/", views.unsent_form, name="unsent"),
    path("unsent/send/", views.unsent_send, name="unsent-send"),
    path("unsent/drop/", views.unsent_drop, name="unsent-drop"),
    path("search/", views.search, name="search"),
    path("look/", views.choose_theme, name="theme"),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="api-schema"),
    # The split view keeps its script in a file of its own, as the content policy asks.
    path(
        "api/v1/",
        SpectacularSwaggerSplitView.as_view(
            # Asked what it can do (OPTIONS), it would look for a template that it does not name.
            url_name="innovation:api-schema",
            http_method_names=["get", "head"],
        ),
        name="api-docs",
    ),
]
