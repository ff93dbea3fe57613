"""The door of the workers: roles that follow the groups of a directory."""

from celery import shared_task
from django.utils import timezone

from innovation.provisioning import actions as provisioning


@shared_task
def follow_groups(**_kwargs: object) -> None:
    """Give what the table of groups says since a line of it was made."""
    provisioning.follow_groups(at=timezone.now())
