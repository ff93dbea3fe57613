"""SCIM 2.0 as this product speaks it: what it publishes of itself, and how a refusal is said.

The protocol is scim2-server's; `endpoint.py` gives it somewhere to keep people and groups. Of the
schemas of RFC 7643 we publish the attributes that are kept, and no others: what a directory sends
besides is left aside, as identity providers expect.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import DataError
from scim2_models import (
    Attribute,
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    EnterpriseUser,
    ETag,
    Filter,
    ForbiddenException,
    Group,
    InvalidValueException,
    Patch,
    ResourceType,
    Schema,
    SCIMException,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
    UniquenessException,
    User,
)
from scim2_server.service import ScimService

from innovation.provisioning.received import NameTaken
from innovation.rules.refusal import NotAllowed, Refused

LARGEST_PAGE = 200

Kept = Mapping[str, Collection[str]]
_USER: Kept = {
    "userName": (),
    "name": ("givenName", "familyName"),
    "displayName": (),
    "title": (),
    "active": (),
    "emails": ("value", "type", "primary"),
    "groups": ("value", "$ref", "display", "type"),
}
_GROUP: Kept = {"displayName": (), "members": ("value", "$ref", "type")}
_ENTERPRISE: Kept = {"department": ()}


def _kept_of(schema: Schema, kept: Kept) -> Schema:
    schema.attributes = [one for one in schema.attributes or [] if one.name in kept]
    for attribute in schema.attributes:
        if parts := kept[str(attribute.name)]:
            attribute.sub_attributes = [
                one for one in attribute.sub_attributes or [] if one.name in parts
            ]
    return schema


def _user_schema() -> Schema:
    schema = _kept_of(User.to_schema(), _USER)
    _part(schema, "emails", "type").canonical_values = ["work"]  # the one that there is
    return schema


def _group_schema() -> Schema:
    schema = _kept_of(Group.to_schema(), _GROUP)
    _part(schema, "displayName").uniqueness = Uniqueness.server
    return schema


def _part(schema: Schema, *names: str) -> Attribute:
    """The attribute of these names, from the outer one to the inner."""
    among = schema.attributes or []
    for name in names:
        found = next(one for one in among if one.name == name)
        among = found.sub_attributes or []
    return found


def _provider() -> ScimProvider:
    return ScimProvider.from_discovery(
        [
            _user_schema(),
            _group_schema(),
            _kept_of(EnterpriseUser.to_schema(), _ENTERPRISE),
        ],
        [
            ResourceType.from_resource(User[EnterpriseUser]),
            ResourceType.from_resource(Group),
        ],
        config=ServiceProviderConfig(
            patch=Patch(supported=True),
            bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
            filter=Filter(supported=True, max_results=LARGEST_PAGE),
            change_password=ChangePassword(supported=False),
            sort=Sort(supported=False),
            etag=ETag(supported=True),
            authentication_schemes=[
                AuthenticationScheme(
                    type=AuthenticationScheme.Type.oauthbearertoken,
                    name="Bearer token",
                    description="A SCIM token that an administrator made on the page Directory sync.",
                    primary=True,
                )
            ],
        ),
        # As Entra ID and Okta write: more attributes than are published, members to remove in the
        # body instead of the path, an address that is not there yet by its path.
        policy=ScimPolicy(
            unknown=ScimPolicy.Unknown.ignore,
            remove_value_as_filter=ScimPolicy.RemoveValue.apply,
            unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
        ),
    )


PROVIDER = _provider()
SERVICE = ScimService(PROVIDER)


class RefusedException(SCIMException):
    """A rule of the product said no as things stand: 409, with the sentence for people."""

    status = 409


@contextmanager
def refusal_as_scim() -> Iterator[None]:
    """What a rule or a field says no to, as SCIM says it."""
    try:
        yield
    except NotAllowed as refusal:
        raise ForbiddenException(detail=str(refusal)) from refusal
    except NameTaken as refusal:
        raise UniquenessException(detail=str(refusal)) from refusal
    except Refused as refusal:
        if refusal.status == 400:
            raise InvalidValueException(detail=str(refusal)) from refusal
        raise RefusedException(detail=str(refusal)) from refusal
    except ValidationError as error:
        raise InvalidValueException(detail=" ".join(error.messages)) from error
    except (DataError, UnicodeEncodeError) as error:
        raise InvalidValueException(detail="A value lies outside what can be kept.") from error
