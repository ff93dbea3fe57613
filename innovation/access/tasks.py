"""The door of the workers: imports, and what the calendar brings."""

from celery import shared_task
from django.utils import timezone

from innovation.access import actions


@shared_task
def tell_of_ends(**_kwargs: object) -> None:
    """Tell holders of roles that end within a week."""
    actions.tell_of_ends(at=timezone.now())


@shared_task
def tell_of_tokens(**_kwargs: object) -> None:
    """Tell who has an API token that ends within a week."""
    actions.tell_of_tokens(at=timezone.now())


@shared_task
def work_on_import(*, import_id: int, **_kwargs: object) -> None:
    """Do the rows of an import that wait, or take them back."""
    actions.work_on_import(import_id, at=timezone.now())


@shared_task
def work_on_imports(**_kwargs: object) -> None:
    """Go on with imports that a worker left."""
    actions.work_on_imports(at=timezone.now())


@shared_task
def mail_newcomers(**_kwargs: object) -> None:
    """Mail those who are new how to choose a password."""
    actions.mail_newcomers(at=timezone.now())


@shared_task
def mail_invitations(**_kwargs: object) -> None:
    """Mail the links of invitations."""
    actions.mail_invitations(at=timezone.now())


@shared_task
def keep_reviews(**_kwargs: object) -> None:
    """Open reviews that are due, and remind of those that are open."""
    actions.keep_reviews(at=timezone.now())


@shared_task
def tell_of_deputies(**_kwargs: object) -> None:
    """Tell both that a deputy's last day is over."""
    actions.tell_of_deputies(at=timezone.now())
