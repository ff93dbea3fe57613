from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

ROOMS = ("lifecycle", "staffing", "funding", "metrics", "evidence", "gates", "portfolio")


class PilotsConfig(AppConfig):
    name = "pilots"

    def ready(self) -> None:
        """Let each room that has panels or gate requirements register them (seams 1 and 2)."""
        for room in ROOMS:
            for seam in ("panels", "requirements"):
                if find_spec(f"pilots.{room}.{seam}"):
                    import_module(f"pilots.{room}.{seam}")
