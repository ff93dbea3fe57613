"""Rows for signing in and for one's own password and second step (django-allauth)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.core import mail
from django.utils import timezone

from innovation.access import actions as access
from innovation.notices import mail_off
from innovation.people import passwords
from tests.factories.cast import NOW, Cast
from tests.fakes.soft_key import SoftKey
from tests.house.routes import EVERYBODY, NOBODY, Row


def a_password_link(cast: Cast) -> Mapping[str, Any]:
    key = passwords.link_for(cast.ana).rstrip("/").rpartition("/")[2]
    uid, _dash, rest = key.partition("-")
    return {"uidb36": uid, "key": rest}


def a_link(cast: Cast) -> Mapping[str, Any]:
    access.invite(
        by=cast.ada, at=NOW, email="nadia@lakeshore.example", unit=cast.brigid, role="staff"
    )
    access.mail_invitations(at=timezone.now())
    path = re.search(r"/invitations/([^/\s]+)/", str(mail.outbox[-1].body))
    assert path
    return {"token": path[1]}


def a_mail_off_link(cast: Cast) -> Mapping[str, Any]:
    return {"token": mail_off.link(cast.ana, "needs").rstrip("/").rpartition("/")[2]}


def a_passkey_of_ana(cast: Cast) -> Mapping[str, Any]:
    return {"pk": SoftKey().added_to(cast.ana).pk}


# For whoever is not signed in; those who are, are sent on.
OPEN = Row(get=EVERYBODY, outsider=True, stranger=True)
# One's own, with or without a role.
OWN = Row(get=EVERYBODY, outsider=True)

ROUTES: dict[str, Row] = {
    "account_login": OPEN,
    # Whoever holds the link may open it, as with that of a password.
    "innovation:invitation-accept": Row(get=EVERYBODY, outsider=True, stranger=True, kwargs=a_link),
    # And so may whoever has a mail switch mails of its kind off.
    "innovation:mail-off": Row(
        get=EVERYBODY, post=EVERYBODY, outsider=True, stranger=True, kwargs=a_mail_off_link
    ),
    "account_logout": Row(get=EVERYBODY, outsider=True, stranger=True),
    "account_signup": OPEN,  # says that accounts are made by administrators
    "account_inactive": OPEN,
    "account_reset_password": OPEN,
    "account_reset_password_done": OPEN,
    "account_reset_password_from_key": Row(
        get=EVERYBODY, outsider=True, stranger=True, kwargs=a_password_link
    ),
    "account_reset_password_from_key_done": OPEN,
    "account_change_password": OWN,
    "account_set_password": OWN,
    "account_reauthenticate": OWN,
    "account_email": OWN,
    "mfa_index": OWN,
    "mfa_activate_totp": OWN,
    "mfa_generate_recovery_codes": OWN,
    "mfa_view_recovery_codes": OWN,  # says how many are left, at the second step's page
    "mfa_reauthenticate": OWN,
    "mfa_login_webauthn": OWN,  # asks for a challenge by script; strangers are shown the page of signing in
    "mfa_list_webauthn": OWN,
    "mfa_add_webauthn": OWN,
    "mfa_reauthenticate_webauthn": OWN,
    # The password is asked for before anything is looked for: a key that is somebody else's, or
    # nobody's, answers alike.
    "mfa_edit_webauthn": Row(get=EVERYBODY, outsider=True, kwargs=a_passkey_of_ana),
    "mfa_remove_webauthn": Row(get=EVERYBODY, outsider=True, kwargs=a_passkey_of_ana),
    # Without a second step there is nothing to show or to take away.
    "mfa_deactivate_totp": Row(get=NOBODY),
    "mfa_authenticate": OWN,
}
