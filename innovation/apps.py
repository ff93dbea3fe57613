from django.apps import AppConfig

from innovation import house


class InnovationConfig(AppConfig):
    name = "innovation"

    def ready(self) -> None:
        """Hear what each room of all three storeys has to say: the sentences of its events, what
        it asks before a gate opens, and the places that it fills on the pages of others."""
        from innovation.web import panels

        house.load("events")
        house.load("requirements")
        panels.fill_places()
