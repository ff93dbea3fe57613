"""What each web process counts of the requests that it answers."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from prometheus_client import Counter, Gauge, Histogram

from .whole_requests import ARRIVED, UNHEARD

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Addresses that lead nowhere, and files.
NO_ROUTE, STATIC = "none", "static"

ANSWERED = Counter(
    "pilotlight_http_requests", "Requests that were answered.", ["method", "route", "status"]
)
SECONDS = Histogram(
    "pilotlight_http_request_seconds",
    "From when all of a request had come until its answer began.",
    ["route"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
WAITED = Histogram(
    "pilotlight_http_wait_seconds",
    "How long a request waited for one of the threads.",
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5),
)
POOL = Gauge(
    "pilotlight_database_pool",
    "Connections of the pools of this server's processes, after the last request of each.",
    ["state"],
    multiprocess_mode="livesum",
)


def count_begun(request: HttpRequest) -> None:
    arrived: float | None = request.META.get(ARRIVED)
    if settings.METRICS_TOKEN and arrived is not None:
        WAITED.observe(time.monotonic() - arrived)


def count_answered(request: HttpRequest, status: int, seconds: float) -> None:
    """By the name of the route, of which there are so many, and never by the path."""
    if not settings.METRICS_TOKEN or request.META.get(UNHEARD):
        return
    route = route_of(request)
    method = request.method if request.method in _METHODS else "other"
    ANSWERED.labels(method, route, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    pool = connection.pool  # type: ignore[attr-defined]
    if pool is not None:
        said = pool.get_stats()
        POOL.labels("in use").set(said["pool_size"] - said["pool_available"])
        POOL.labels("free").set(said["pool_available"])
        POOL.labels("waited for").set(said["requests_waiting"])


def route_of(request: HttpRequest) -> str:
    if request.resolver_match is not None:
        return request.resolver_match.view_name or NO_ROUTE
    return STATIC if request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/") else NO_ROUTE
