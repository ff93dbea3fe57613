import json
import os
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from demo.people import CAST, PASSWORD
from demo.story import EXPORTS, Story
from innovation.people.models import User
from pilots.metrics.models import Metric, Source


class Command(BaseCommand):
    help = "Load the demo hospital's story, once. The demo hospital must be running."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--hospital",
            default=os.environ.get("PILOTLIGHT_DEMO_HOSPITAL", "http://127.0.0.1:8001"),
            help="where the demo hospital listens",
        )
        parser.add_argument(
            "--today", type=date.fromisoformat, help="the day on which the story ends; today"
        )

    def handle(self, *args: object, hospital: str, today: date | None, **options: object) -> None:
        hospital = hospital.rstrip("/")
        if User.objects.exists():
            self.move_hospital(hospital)
        else:
            # The accounts' welcome mails would be two years late.
            settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
            with transaction.atomic():
                Story(today or timezone.localdate(), hospital, say=self.stdout.write).tell()
                # From now on Celery pulls: everything is due at once, and then on its schedule.
                Metric.objects.filter(pilot__ended_on=None).update(next_pull_at=timezone.now())
                User.objects.exclude(password="!").update(inbox_news=[])
        self.write_sign_ins()

    def move_hospital(self, hospital: str) -> None:
        """The demo hospital may listen on another port than the last time."""
        for source in Source.objects.filter(name__in=[name for name, _file in EXPORTS.values()]):
            file = source.config["url"].rsplit("/", 1)[-1]
            Source.objects.filter(pk=source.pk).update(
                config={**source.config, "url": f"{hospital}/exports/{file}"}
            )
        for name, path in (
            ("Lakeshore FHIR", "/fhir"),
            ("Lakeshore reporting interface", "/api/v1"),
        ):
            for source in Source.objects.filter(name=name):
                Source.objects.filter(pk=source.pk).update(
                    config={**source.config, "base_url": hospital + path}
                )

    def write_sign_ins(self) -> None:
        path = Path(settings.BASE_DIR) / ".pilotlight" / "demo.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            json.dumps(
                [
                    {
                        "name": person.name,
                        "email": person.email,
                        "password": PASSWORD,
                        "role": person.shown,
                    }
                    for person in CAST.values()
                    if person.shown
                ],
                indent=1,
                ensure_ascii=False,
            )
        )
