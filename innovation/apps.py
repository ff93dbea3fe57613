from django.apps import AppConfig

from innovation import house


class InnovationConfig(AppConfig):
    name = "innovation"

    def ready(self) -> None:
        """Hear what each room of all three storeys asks before a gate opens, and which places it
        fills on the pages of others."""
        from innovation.people import signals  # noqa: F401 - its receivers listen from now on
        from innovation.web import panels

        house.load("requirements")
        panels.fill_places()
