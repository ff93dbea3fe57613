"""A pilot that has shown something."""

from __future__ import annotations

import pytest

from pilots.funding.models import Fund
from pilots.lifecycle.models import Pilot
from tests.factories import pilots as make
from tests.factories.cast import Cast


@pytest.fixture
def shown(cast: Cast, pilot: Pilot, fund: Fund) -> Pilot:
    """Live, with its agreed metrics and some weeks of numbers before."""
    make.run(cast, pilot, fund)
    return Pilot.objects.select_related("unit", "lead", "sponsor").get(pk=pilot.pk)
