"""People and groups as SCIM shows them: the JSON of RFC 7643, by its own names."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from innovation.people.models import User
from innovation.provisioning.models import DirectoryAccount, DirectoryGroup
from innovation.provisioning.received import CORE_GROUP, CORE_USER, ENTERPRISE

Json = dict[str, Any]


def _version(shown: Json) -> str:
    """Of what is shown: it changes when that does, whoever changed it."""
    text = json.dumps(shown, sort_keys=True)
    return f'W/"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def account_of(person: User) -> DirectoryAccount | None:
    """What the directory calls this person; None where it never named them."""
    return getattr(person, "directory_account", None)


def person_out(person: User) -> Json:
    """Somebody whom no directory named yet is shown by their e-mail, so that it finds them."""
    account = account_of(person)
    shown: Json = {
        "schemas": [CORE_USER],
        "id": str(person.pk),
        "userName": account.user_name if account else person.email,
        "displayName": person.name,
        "active": person.is_active,
        "emails": [{"value": person.email, "type": "work", "primary": True}],
    }
    if person.job_title:
        shown["title"] = person.job_title
    if account:
        names = {"givenName": account.given_name, "familyName": account.family_name}
        if given := {key: value for key, value in names.items() if value}:
            shown["name"] = given
        if account.external_id:
            shown["externalId"] = account.external_id
        if account.department:
            shown["schemas"].append(ENTERPRISE)
            shown[ENTERPRISE] = {"department": account.department}
    changed = max(person.changed_at, account.changed_at) if account else person.changed_at
    meta = {
        "resourceType": "User",
        "created": person.date_joined.isoformat(),
        "lastModified": changed.isoformat(),
        "version": _version(shown),
    }
    groups = [
        {"value": str(one.pk), "display": one.name, "$ref": f"Groups/{one.pk}", "type": "direct"}
        for one in person.directory_groups.all()
    ]
    return {**shown, **({"groups": groups} if groups else {}), "meta": meta}


def group_out(group: DirectoryGroup, members: list[int] | None) -> Json:
    """`members` by key, None where nobody asked for them."""
    shown: Json = {"schemas": [CORE_GROUP], "id": str(group.pk), "displayName": group.name}
    if group.external_id:
        shown["externalId"] = group.external_id
    if members:
        shown["members"] = [
            {"value": str(key), "$ref": f"Users/{key}", "type": "User"} for key in members
        ]
    meta = {
        "resourceType": "Group",
        "created": group.created_at.isoformat(),
        "lastModified": group.changed_at.isoformat(),
        "version": f'W/"{group.changed_at.timestamp():.6f}"',
    }
    return {**shown, "meta": meta}
