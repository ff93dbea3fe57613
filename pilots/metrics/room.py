"""The door plate: metrics and their sources."""

from enum import StrEnum

from innovation.house import Room


class MetricsPermission(StrEnum):
    READ = "metrics.read"
    MANAGE_SOURCES = "sources.manage"


ROOM = Room(permissions=MetricsPermission)
