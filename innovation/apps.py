from django.apps import AppConfig
from django.core.checks import Tags, register
from django.core.signals import request_finished, request_started
from django.db.models.signals import post_migrate

from innovation import house


class InnovationConfig(AppConfig):
    name = "innovation"

    def ready(self) -> None:
        """Hear what each room of all three storeys asks before a gate opens, which numbers it has of its
        own, and which places it fills on the pages of others."""
        from innovation.people import signals  # noqa: F401 - its receivers listen from now on
        from innovation.rules import site_role
        from innovation.web import empty_fields, metric_files, panels, request_id

        empty_fields.prepare()
        metric_files.prepare()
        request_started.connect(request_id.begin_request)
        request_finished.connect(request_id.end_request)
        house.load("requirements")
        house.load("own_numbers")
        panels.fill_places()
        post_migrate.connect(site_role.give_rights_after_migrating, sender=self)
        register(site_role.check_role, Tags.database)
