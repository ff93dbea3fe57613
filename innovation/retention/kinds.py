"""What is kept for a time and then taken away. Rooms above add theirs by the place "retention"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innovation.needs.models import NeedDraft
from innovation.notices.models import Notice
from innovation.people.models import AccountKind, ApiToken, PasswordGuesses, Session, User
from innovation.web import panels


def delete(keys: Sequence[Any], *, model: type[Model]) -> int:
    """Delete the rows of these keys; how many there were."""
    model._base_manager.filter(pk__in=keys).delete()
    return len(keys)


@dataclass(frozen=True)
class RetainedKind:
    """One kind of thing: which of it is past its term, and what is done then."""

    key: str  # its setting: settings.KEEP_DAYS[key]
    label: str | Promise
    then: str | Promise  # what becomes of it, in a sentence
    past: Callable[[datetime], QuerySet[Any]]  # those last touched before this moment
    let_go: Callable[[Sequence[Any]], int] | None = None  # None: more than deleting, by an action

    @property
    def days(self) -> int:
        return settings.KEEP_DAYS[self.key]

    def due(self, at: datetime) -> QuerySet[Any]:
        """What is past its term now; nothing where the kind is kept for good."""
        found = self.past(at - timedelta(days=self.days))
        return found if self.days else found.none()


def closed_accounts(before: datetime) -> QuerySet[User]:
    return User.objects.filter(
        kind=AccountKind.PERSON,
        is_active=False,
        anonymised_at=None,
        closed_account__at__lt=before,
    )


ACCOUNTS = RetainedKind(
    "accounts",
    _("Closed accounts"),
    _("The name goes, with all that is theirs alone; what they did stays."),
    closed_accounts,
)
_OWN = (
    RetainedKind(
        "drafts",
        _("Drafts of needs"),
        _("Deleted, counted from when they were last saved."),
        lambda before: NeedDraft.objects.filter(saved_at__lt=before),
        partial(delete, model=NeedDraft),
    ),
    RetainedKind(
        "notices",
        _("Notices in inboxes"),
        _("Deleted, read or not, with whatever mail of them could not be sent."),
        lambda before: Notice.objects.filter(at__lt=before),
        partial(delete, model=Notice),
    ),
    RetainedKind(
        "sessions",
        _("Sessions that ended"),
        _("Deleted, with the address and the browser they began in."),
        lambda before: Session.objects.filter(expire_date__lt=before),
        partial(delete, model=Session),
    ),
    RetainedKind(
        "guesses",
        _("Counts of wrong passwords"),
        _("Deleted, counted from the last wrong one. They hold hashes, no names."),
        lambda before: PasswordGuesses.objects.filter(last_at__lt=before),
        partial(delete, model=PasswordGuesses),
    ),
    RetainedKind(
        "tokens",
        _("API tokens that ended"),
        _("Deleted. The log keeps that they were made."),
        lambda before: ApiToken.objects.filter(Q(expiry__lt=before)),
        partial(delete, model=ApiToken),
    ),
)


def kinds() -> list[RetainedKind]:
    """All kinds, those of higher rooms too."""
    return [*_OWN, *panels.gather(RetainedKind, "retention"), ACCOUNTS]


@dataclass(frozen=True)
class RetentionTerm:
    """A kind as people read of it: how many are past their term now."""

    kind: RetainedKind
    due: int


def terms(at: datetime) -> list[RetentionTerm]:
    return [RetentionTerm(kind, kind.due(at).count()) for kind in kinds()]
