"""People and groups as scim2-server reads and writes them, and one request given to it.

The library takes a second to load, which only a process pays that an identity provider asks:
`api.py` imports this module when it is asked, and nobody else does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from scim2_models import (
    InvalidFilterException,
    NotFoundException,
    NotImplementedException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    SCIMException,
    SearchRequest,
    UnauthorizedException,
)
from scim2_server.handler import ScimHandler
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.storage import ScimStorage, SearchPage

from innovation.people.models import User
from innovation.provisioning import actions as provisioning
from innovation.provisioning import filters, queries, received
from innovation.provisioning.models import DirectoryClient, DirectoryGroup
from innovation.provisioning.presenters import group_out, person_out
from innovation.provisioning.protocol import (
    SERVICE,
    refusal_as_scim,
)
from innovation.web.keys import key_of

READS = ("GET", "HEAD")
Found = Resource[Any]
_PERSON = SERVICE.get_model(SERVICE.get_resource_type("User"))
_GROUP = SERVICE.get_model(SERVICE.get_resource_type("Group"))


def answer(request: ScimRequest, client: DirectoryClient | None, *, at: datetime) -> ScimResponse:
    """What is said to this client; to whoever has no token, what the product speaks (RFC 7644 §4)."""
    try:
        if client is None:
            return _answer_stranger(request)
        if len(request.query.get("filter", "")) > filters.LONGEST:
            raise InvalidFilterException(detail=f"At most {filters.LONGEST} characters.")
        directory = Directory(client, at=at, writes=request.method not in READS)
        with refusal_as_scim():
            return ScimHandler(SERVICE, directory).handle(request)
    except SCIMException as refusal:
        return SERVICE.error_response(refusal)


def _answer_stranger(request: ScimRequest) -> ScimResponse:
    if request.path != "/ServiceProviderConfig" or request.method not in READS:
        raise UnauthorizedException(detail="Send a SCIM token that holds: Authorization: Bearer …")
    return SERVICE.service_provider_config(request.url, request.query)


class Directory(ScimStorage):
    """The people and groups of one client, as scim2-server reads and writes them."""

    def __init__(self, client: DirectoryClient, *, at: datetime, writes: bool) -> None:
        self.client, self.at, self.writes = client, at, writes

    @contextmanager
    def operation(self) -> Iterator[None]:
        with transaction.atomic():
            if self.writes:
                provisioning.one_at_a_time()
            yield

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Found:
        if resource_type.name == "User":
            return _shown_person(self._person(resource_id))
        return self._shown_groups([self._group(resource_id)], response_parameters)[0]

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        if len(resource_types) != 1:
            raise NotImplementedException(detail="Ask for /Users or for /Groups.")
        start = search_request.start_index_0 or 0
        stop = start + (search_request.count or 0)
        if resource_types[0].name == "User":
            wanted = filters.condition(search_request.filter, queries.PERSON_COLUMNS)
            found = _matching(queries.people_of(self.client), wanted)
            page = [_shown_person(person) for person in found[start:stop]]
            return SearchPage(found.count(), page)
        wanted = filters.condition(search_request.filter, queries.GROUP_COLUMNS)
        groups = _matching(DirectoryGroup.objects.visible_to(self.client), wanted)
        return SearchPage(
            groups.count(), self._shown_groups(list(groups[start:stop]), search_request)
        )

    def create(self, resource_type: ResourceType, resource: Found) -> Found:
        sent = resource.model_dump()
        if resource_type.name == "User":
            person = provisioning.admit(received.person_of(sent), by=self.client, at=self.at)
            return _shown_person(self._person(str(person.pk)))
        group = provisioning.create_group(received.group_of(sent), by=self.client, at=self.at)
        return self._shown_groups([group], None)[0]

    def update(
        self,
        resource_type: ResourceType,
        resource: Found,
        *,
        expected_version: str | None = None,
    ) -> Found:
        key, sent = str(resource.id), resource.model_dump()
        self._check_version(resource_type, key, expected_version)
        if resource_type.name == "User":
            provisioning.change(
                self._person(key), received.person_of(sent), by=self.client, at=self.at
            )
        else:
            provisioning.change_group(
                self._group(key), received.group_of(sent), by=self.client, at=self.at
            )
        return self.get(resource_type, key)

    def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        self._check_version(resource_type, resource_id, expected_version)
        if resource_type.name == "User":
            provisioning.delete(self._person(resource_id), by=self.client, at=self.at)
        else:
            provisioning.delete_group(self._group(resource_id), by=self.client, at=self.at)

    def _check_version(self, of: ResourceType, key: str, expected: str | None) -> None:
        """Under the lock of `operation`: what was read for this request is what still stands."""
        if expected is None:
            return
        meta = self.get(of, key).meta
        if meta is None or meta.version != expected:
            raise PreconditionFailedException

    def _person(self, key: str) -> User:
        person = queries.people_of(self.client).filter(pk=key_of(key) or 0).first()
        if person is None:
            raise NotFoundException(detail=f"No person has the id {key[:40]}.")
        return person

    def _group(self, key: str) -> DirectoryGroup:
        groups = DirectoryGroup.objects.visible_to(self.client).select_related("unit")
        group = groups.filter(pk=key_of(key) or 0).first()
        if group is None:
            raise NotFoundException(detail=f"No group has the id {key[:40]}.")
        return group

    def _shown_groups(
        self, groups: list[DirectoryGroup], parameters: ResponseParameters[Any] | None
    ) -> list[Found]:
        """Their members are read only where they are shown: a group may have thousands."""
        members = queries.members_of(groups) if _keeps_members(parameters) else {}
        return [_GROUP.model_validate(group_out(one, members.get(one.pk))) for one in groups]


def _keeps_members(parameters: ResponseParameters[Any] | None) -> bool:
    if parameters is None:
        return True
    named = [str(path).lower() for path in parameters.attributes or []]
    left_out = [str(path).lower() for path in parameters.excluded_attributes or []]
    if named:
        return any("members" in path for path in named)
    return not any(path.endswith("members") for path in left_out)


def _shown_person(person: User) -> Found:
    return _PERSON.model_validate(person_out(person))


def _matching(rows: QuerySet[Any], wanted: Q) -> QuerySet[Any]:
    return rows.filter(wanted).order_by("pk").distinct()
