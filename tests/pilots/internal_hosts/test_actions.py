"""Internal hosts are allowed by administrators, below the ceiling, with a reason, and withdrawn."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction
from pytest_django import Settings

from innovation.audit.models import Event
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from pilots.internal_hosts import actions, queries
from pilots.internal_hosts.models import InternalHost
from tests.factories.cast import NOW, Cast
from tests.factories.internal_hosts import CEILING, allow

pytestmark = pytest.mark.django_db


def test_allowed_host_opens_to_the_unit_and_what_is_below_it(cast: Cast) -> None:
    allow(cast, "lab.hospital.internal", port=8443)
    opened = {("lab.hospital.internal", 8443)}
    assert queries.opened_to(cast.brigid.pk) == opened
    assert queries.opened_to(cast.four_west.pk) == opened
    assert queries.opened_to(cast.lakeshore.pk) == set()  # above it
    assert queries.opened_to(cast.harbor.pk) == set()
    event = Event.objects.get(type="internal_host.allowed")
    assert (event.actor, event.unit_id) == (cast.ada.ref, cast.brigid.pk)


@pytest.mark.parametrize("name", ["ana", "maya", "jonas", "amara", "otto", "hugo", "victor"])
def test_host_is_allowed_by_administrators_of_that_unit_alone(cast: Cast, name: str) -> None:
    """Hugo is one at Harbor: St Brigid's sources are none of his."""
    with pytest.raises(NotAllowed):
        allow(cast, by=getattr(cast, name))
    if name != "hugo":
        return
    assert allow(cast, by=cast.hugo, unit=cast.harbor).unit == cast.harbor
    assert list(InternalHost.objects.visible_to(cast.ana)) == []


@pytest.mark.parametrize(
    "host", ["10.21.0.1", "127.0.0.1", "fd00::1", "192.168.1.1", "::ffff:10.21.0.1"]
)
def test_address_above_the_ceiling_is_refused_in_words(cast: Cast, host: str) -> None:
    with pytest.raises(Refused, match=r"outside what may be allowed here: 10\.20\.0\.0/16"):
        allow(cast, host)
    assert not InternalHost.objects.exists()


def test_nothing_is_allowed_where_the_environment_sets_no_ceiling(
    cast: Cast, settings: Settings
) -> None:
    settings.INTERNAL_CEILING = ([], [])
    with pytest.raises(Refused, match="outside what may be allowed here: nothing"):
        actions.allow_host(
            by=cast.ada, at=NOW, host="lab.internal", port=None, unit=cast.brigid, reason="Why not"
        )


def test_same_host_twice_is_refused_until_it_is_withdrawn(cast: Cast) -> None:
    host = allow(cast)
    with pytest.raises(Conflict, match="already"), transaction.atomic():
        allow(cast)
    later = NOW + timedelta(days=1)
    actions.withdraw_host(host, by=cast.ada, at=later, reason="Moved to another machine")
    assert queries.opened_to(cast.brigid.pk) == set()
    with pytest.raises(Conflict, match="already"), transaction.atomic():
        actions.withdraw_host(host, by=cast.ada, at=later, reason="Again")
    allow(cast)
    assert queries.opened_to(cast.brigid.pk) == {("10.20.3.4", None)}


def test_host_is_withdrawn_by_administrators_of_its_unit_alone(cast: Cast) -> None:
    host = allow(cast)
    for person in (cast.hugo, cast.otto, cast.maya):
        with pytest.raises(NotAllowed):
            actions.withdraw_host(host, by=person, at=NOW, reason="I would like to")
    assert queries.opened_to(cast.brigid.pk)


@pytest.mark.parametrize(
    "change",
    [
        {"host": "10.20.9.9"},
        {"port": 22},
        {"reason": "Another"},
        {"unit_id": 1},
        {"withdrawn_at": None},
    ],
)
def test_row_stays_as_it_was_made(cast: Cast, change: dict[str, object]) -> None:
    """Also for whoever writes past the actions."""
    host = allow(cast)
    with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
        InternalHost.objects.filter(pk=host.pk).update(**change)
    with pytest.raises(ProgrammingError, match="Cannot delete rows"), transaction.atomic():
        InternalHost.objects.filter(pk=host.pk).delete()


def test_withdrawn_row_is_not_opened_again(cast: Cast) -> None:
    host = allow(cast)
    actions.withdraw_host(host, by=cast.ada, at=NOW, reason="Moved")
    with pytest.raises(ProgrammingError, match="Cannot update rows"), transaction.atomic():
        InternalHost.objects.filter(pk=host.pk).update(
            withdrawn_at=None, withdrawn_by=None, withdrawn_because=""
        )


def test_port_that_does_not_exist_is_refused(cast: Cast) -> None:
    with pytest.raises((ValidationError, Refused)), transaction.atomic():
        allow(cast, port=70000)


def test_ceiling_that_was_lowered_closes_what_was_allowed(cast: Cast, settings: Settings) -> None:
    settings.INTERNAL_CEILING = CEILING
    allow(cast)
    assert queries.ceiling().covers("10.20.3.4", "10.20.3.4")
    settings.INTERNAL_CEILING = ([ip_network("10.30.0.0/16")], [])
    assert not queries.ceiling().covers("10.20.3.4", "10.20.3.4")
