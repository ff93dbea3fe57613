"""An auditor has the log verified, looks on as it goes, and takes a part of it away."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from innovation.audit import actions as audit
from innovation.audit.models import Verification
from innovation.people import actions as people
from tests.factories.cast import NOW, make_cast
from tests.journeys.visitor import Visitor


@pytest.mark.parametrize("device", ["phone"])
def test_log_is_verified_and_taken_away(
    transactional_db: None,
    live: Callable[..., Visitor],
    device: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = make_cast()
    for unit in (cast.medicine, cast.brigid, cast.harbor):
        people.grant(cast.ben, by=cast.ada, at=NOW, unit=unit, role="mentor")
    monkeypatch.setattr(audit, "PIECE", 2)
    # Given a log that takes longer than one piece
    otto = live(cast.otto, device=device)
    otto.open("/log/")
    otto.press("Verify and export")
    otto.look()
    otto.press("Verify")
    otto.sees("Under way", "2 of 4 events")
    otto.look()
    # When a worker goes on, then the page says so by itself
    audit.continue_verification(Verification.objects.get().pk, at=timezone.now())
    otto.sees("Every link holds")
    otto.look()
    # And it can be taken away
    otto.open("/log/chain/")
    with otto.page.expect_download() as download:
        otto.press("Export")
    path = tmp_path / "log.jsonl"
    download.value.save_as(path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line.get("number") for line in lines] == [None, 1, 2, 3, 4, 5, None]
