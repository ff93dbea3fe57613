"""Fixtures of the pilots' tests."""

import pytest

from pilots.funding.models import Fund
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import Cast


@pytest.fixture
def pilot(cast: Cast) -> Pilot:
    """A pilot that was just opened, with nothing in its charter."""
    return make.open_pilot(cast)


@pytest.fixture
def fund(cast: Cast) -> Fund:
    """A fund of the whole system with 500,000 in it."""
    return make.make_fund(cast)
