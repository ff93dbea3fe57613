"""What is written to people about roles above the line, to who would hold one and to the
administrators of the unit; and to people about their own second step. Sent once all is committed, whatever mail they chose to get: whoever
takes an account over would switch it off first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innovation.people.models import RoleGrant, RoleProposal, Unit, User, UserQuerySet
from innovation.people.room import PeoplePermission


def of_proposal(proposal: RoleProposal) -> None:
    """The administrators are asked, the person is told."""
    link = f"{settings.SITE_URL}{proposal.get_absolute_url()}"
    facts = {"proposal": proposal, "link": link}
    others = _administrators(proposal.unit).exclude(pk=proposal.proposed_by_id)
    _send(
        _("A role waits for a second administrator"),
        "innovation/people/role_proposed_mail.txt",
        others.exclude(pk=proposal.person_id),
        facts,
    )
    _send(
        _("Somebody proposed you for a role"),
        "innovation/people/role_proposed_own_mail.txt",
        [proposal.person],
        facts,
    )


def of_confirmation(proposal: RoleProposal) -> None:
    facts = {"proposal": proposal}
    others = _administrators(proposal.unit).exclude(pk=proposal.person_id)
    _send(
        _("A role was confirmed"),
        "innovation/people/role_confirmed_mail.txt",
        [one for one in others if one.pk != proposal.decided_by_id],
        facts,
    )
    _send(
        _("You hold a further role"),
        "innovation/people/role_confirmed_own_mail.txt",
        [proposal.person],
        {**facts, "link": f"{settings.SITE_URL}{reverse('innovation:profile')}"},
    )


def of_refusal(proposal: RoleProposal) -> None:
    _send(
        _("A role was declined"),
        "innovation/people/role_declined_mail.txt",
        [proposal.proposed_by, proposal.person],
        {"proposal": proposal},
    )


def of_command_line(given: RoleGrant, *, reason: str = "") -> None:
    """Whoever has the command line asks nobody; so everybody who could have been asked is told."""
    _send(
        _("A role was given from the command line"),
        "innovation/people/role_by_command_line_mail.txt",
        [given.person, *_administrators(given.unit).exclude(pk=given.person_id)],
        {"given": given, "reason": reason},
    )


def of_recovery_code(person: User, *, address: str, left: int) -> None:
    """Whoever did not use it themselves learns that somebody else has the paper."""
    _send(
        _("A recovery code was used"),
        "innovation/people/recovery_code_mail.txt",
        [person],
        {"address": address, "left": left, "link": f"{settings.SITE_URL}{reverse('mfa_index')}"},
    )


def of_reset_second_step(person: User, *, by: User) -> None:
    _send(
        _("Your second step was taken away"),
        "innovation/people/second_step_reset_mail.txt",
        [person],
        {"by": by, "link": f"{settings.SITE_URL}{reverse('mfa_index')}"},
    )


def _administrators(unit: Unit) -> UserQuerySet:
    return User.objects.holding(PeoplePermission.MANAGE, unit)


def _send(
    subject: str | Promise, template: str, people: Iterable[User], facts: Mapping[str, object]
) -> None:
    """Each in their own language."""
    organisation = settings.ORGANISATION
    for person in people:
        with person.as_reader():
            text = render_to_string(
                template, {"organisation": organisation, "person": person, **facts}
            )
            _on_commit(f"{organisation}: {subject}", text, person.email)


def _on_commit(subject: str, text: str, address: str) -> None:
    # A function of its own, not a partial: when the mail server is away, Django logs it by name.
    def send() -> None:
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [address])

    transaction.on_commit(send, robust=True)
