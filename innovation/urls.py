"""The root of all addresses; each room keeps its own routes, pages and API together."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
