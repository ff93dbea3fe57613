"""A person's account or a machine's, and what keeps the one from what is for the other."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# A name that is nobody's mailbox and never will be (RFC 2606).
SERVICE_DOMAIN = "@service.invalid"


class AccountKind(models.TextChoices):
    PERSON = "person", _("Person")
    SERVICE = "service", _("Service account")


def refuse_a_service(account: str, name: str, *, code: str = "check_violation") -> str:
    """The body of a trigger that refuses a row of a service account's."""
    return f"""
        IF EXISTS (SELECT 1 FROM innovation_user WHERE id = {account} AND kind = 'service') THEN
            RAISE EXCEPTION 'not for a service account'
            USING ERRCODE = '{code}', CONSTRAINT = '{name}';
        END IF;
        RETURN NEW;
    """  # noqa: S608 - the parts are constants
