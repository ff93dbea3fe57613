"""The root of all addresses; each room keeps its own routes, pages and API together."""

from django.urls import URLPattern, URLResolver, path

from innovation.web import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
