"""Taking a name away: what goes, what stays and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.access.models import ImportRow, Invitation
from innovation.audit.models import Verification
from innovation.needs.models import NeedDraft
from innovation.notices.models import DailyMail, Notice
from innovation.people.models import AccountKey, ApiToken, Session, User
from innovation.provisioning.models import DirectoryAccount, DirectoryMembership
from innovation.retention.models import ErasureRequest


@dataclass(frozen=True)
class Gone:
    """Rows that go with the name. Nobody is told how many: what waits in an inbox could tell which
    unnamed need is theirs."""

    label: str | Promise
    rows: QuerySet[Any]


def going(person: User) -> list[Gone]:
    """What is deleted."""
    found: list[tuple[str | Promise, QuerySet[Any]]] = [
        (gettext_lazy("Notices in their inbox"), Notice.objects.filter(person=person)),
        (gettext_lazy("When their mail of the day came"), DailyMail.objects.filter(person=person)),
        (gettext_lazy("A draft of a need"), NeedDraft.objects.filter(person=person)),
        (gettext_lazy("Sessions"), Session.objects.filter(person=person)),
        (gettext_lazy("API tokens"), ApiToken.objects.filter(user=person)),
        (gettext_lazy("Second steps and passkeys"), Authenticator.objects.filter(user=person)),
        (gettext_lazy("Ties to a provider"), SocialAccount.objects.filter(user=person)),
        (
            gettext_lazy("What a directory calls them"),
            DirectoryAccount.objects.filter(person=person),
        ),
        (
            gettext_lazy("Groups of a directory"),
            DirectoryMembership.objects.filter(person=person),
        ),
        (
            gettext_lazy("Who held the key of their account"),
            AccountKey.objects.filter(person=person),
        ),
    ]
    return [Gone(label, rows) for label, rows in found]


def staying() -> Sequence[tuple[str, str]]:
    """What stays, and why; the same for everybody."""
    return (
        (
            _("What was done, decided and given, as the work of a former colleague"),
            _("Decisions about care, money and roles must be shown to have been made, and when."),
        ),
        (
            _("The log, in which the name stands and is not shown any more"),
            _(
                "Each event is hashed with its name into the chain that proves that nothing was "
                "changed; whoever reads the database itself finds it there, and in backups."
            ),
        ),
        (
            _("Words that people wrote: needs, reasons, minutes, notices to others"),
            _("They are part of the record, and nobody knows by machine whom they name."),
        ),
    )


def take_away(person: User, *, at: datetime) -> None:
    """Everything but the event. The caller holds the row of the person."""
    address = person.email
    gone = f"former-{person.pk}@invalid"
    with translation.override(settings.LANGUAGE_CODE):
        name = _("A former colleague, no. %(number)s") % {"number": person.pk}
    for each in going(person):
        each.rows.delete()
    ErasureRequest.objects.filter(person=person).update(wish="")
    ImportRow.objects.filter(person=person).update(said={}, changes={}, sentence="")
    Invitation.objects.filter(Q(accepted_by=person) | Q(email__iexact=address)).update(email=gone)
    Verification.objects.filter(asked_by=person.ref).update(asked_by_name=name)
    person.set_unusable_password()
    User.objects.filter(pk=person.pk).update(
        name=name,
        email=gone,
        password=person.password,
        job_title="",
        time_zone="",
        language="",
        theme="",
        daily_news=[],
        inbox_news=[],
        is_staff=False,
        is_superuser=False,
        last_login=None,
        anonymised_at=at,
    )
    EmailAddress.objects.filter(user=person).delete()
    person.refresh_from_db()
