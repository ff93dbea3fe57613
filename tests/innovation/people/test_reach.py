"""The lookup `within`: what a person reaches, as one array."""

from __future__ import annotations

import pytest
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

from innovation.needs.models import Need
from innovation.people.models import Unit
from tests.factories.cast import Cast
from tests.factories.needs import make_need

pytestmark = pytest.mark.django_db


def test_within_finds_what_in_finds(cast: Cast) -> None:
    ours, theirs = make_need(cast.ana), make_need(cast.hugo)
    for ids in (set(), {cast.four_west.pk}, {cast.four_west.pk, theirs.unit_id}, {-1}):
        for one, other in (
            (Q(unit__within=ids), Q(unit__in=ids)),
            (Q(unit_id__within=ids) | Q(pk=ours.pk), Q(unit_id__in=ids) | Q(pk=ours.pk)),
            (~Q(unit_id__within=ids), ~Q(unit_id__in=ids)),
        ):
            assert set(Need.objects.filter(one)) == set(Need.objects.filter(other))
        assert set(Unit.objects.filter(pk__within=ids)) == set(Unit.objects.filter(pk__in=ids))


def test_within_nothing_asks_nothing(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert not list(Need.objects.filter(unit_id__within=frozenset()))
