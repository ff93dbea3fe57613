"""What a directory sent of a person or a group, out of the JSON of RFC 7643."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unicodedata import category

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from innovation.rules.refusal import Conflict

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
CORE_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


class NameTaken(Conflict):
    """Somebody else has this name or address: `uniqueness`, which tells a client to look first."""


@dataclass(frozen=True)
class SentPerson:
    user_name: str
    email: str  # empty where none was sent and the name is no address
    display_name: str
    given_name: str
    family_name: str
    title: str
    department: str
    external_id: str
    active: bool

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def name(self) -> str:
        return self.display_name or self.full_name or self.user_name


@dataclass(frozen=True)
class SentGroup:
    name: str
    external_id: str
    members: frozenset[str]  # keys as they were written


# As the columns that keep them.
LONGEST = {
    "user_name": 254,
    "email": 254,
    "name": 120,
    "given_name": 120,
    "family_name": 120,
    "title": 120,
    "department": 120,
    "external_id": 254,
}


def faults(sent: SentPerson | SentGroup) -> list[str]:
    """What of it no column takes, in sentences."""
    most = LONGEST if isinstance(sent, SentPerson) else {"name": 254, "external_id": 254}
    found = []
    for name, longest in most.items():
        value = str(getattr(sent, name))
        if len(value) > longest:
            found.append(
                _("%(name)s is too long: at most %(longest)s characters.")
                % {"name": name, "longest": longest}
            )
        elif any(category(letter) in ("Cc", "Cs") for letter in value):
            found.append(_("%(name)s has characters that cannot be kept.") % {"name": name})
    if isinstance(sent, SentPerson) and not found and not _is_address(sent.email):
        found.append(_("%(email)s is no e-mail address.") % {"email": sent.email})
    return found


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _text(value: object) -> str:
    return str(value or "").strip()


def person_of(sent: Mapping[str, Any]) -> SentPerson:
    name = sent.get("name") or {}
    user_name = _text(sent.get("userName"))
    return SentPerson(
        user_name=user_name,
        email=_email(sent.get("emails") or [], user_name),
        display_name=_text(sent.get("displayName")),
        given_name=_text(name.get("givenName")),
        family_name=_text(name.get("familyName")),
        title=_text(sent.get("title")),
        department=_text((sent.get(ENTERPRISE) or {}).get("department")),
        external_id=_text(sent.get("externalId")),
        active=sent.get("active") is not False,
    )


def _email(emails: list[Mapping[str, Any]], user_name: str) -> str:
    """The primary address, else that of work, else the first; else the name, where it is one."""
    written = [one for one in emails if _text(one.get("value"))]
    for fits in (
        lambda one: one.get("primary"),
        lambda one: _text(one.get("type")).lower() == "work",
        lambda one: True,
    ):
        found = next((one for one in written if fits(one)), None)
        if found is not None:
            return _text(found["value"]).lower()
    return user_name.lower() if _is_address(user_name) else ""


def group_of(sent: Mapping[str, Any]) -> SentGroup:
    members = (_text(one.get("value")) for one in sent.get("members") or [])
    return SentGroup(
        name=_text(sent.get("displayName")),
        external_id=_text(sent.get("externalId")),
        members=frozenset(filter(None, members)),
    )
