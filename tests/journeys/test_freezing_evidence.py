"""A lead freezes what the pilot shows, and a sponsor takes it away to have it checked."""

from __future__ import annotations

from pathlib import Path

from pilots.evidence_packs import archive
from pilots.evidence_packs.models import EvidencePack
from tests.factories import pilots as make
from tests.factories.cast import Cast
from tests.journeys.visitor import Live


def test_evidence_is_frozen_by_the_lead_and_taken_away_by_the_sponsor(
    live: Live, cast: Cast
) -> None:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    jonas = live(cast.jonas)
    jonas.open(pilot.get_absolute_url())
    jonas.press("Freeze evidence")
    jonas.sees("It never changes.")
    jonas.look()
    pack = EvidencePack.objects.get()

    amara = live(cast.amara, device="phone", scheme="dark", javascript=True)
    amara.open(pilot.get_absolute_url())
    amara.sees(f"Pack {pack.pk}")
    amara.look()
    with amara.page.expect_download() as taken:
        amara.press(f"Download pack {pack.pk}")
    assert archive.digest(Path(taken.value.path()).read_bytes()) == pack.sha256

    # Nothing has changed, so the same pack is shown.
    amara.press("Freeze evidence")
    amara.sees("Nothing has changed since it was frozen")
    amara.look()
    assert EvidencePack.objects.count() == 1
