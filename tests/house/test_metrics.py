"""A real web server of two processes tells what both counted, and each of its lines is an object."""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from pathlib import Path

from tests.innovation.web.test_scrape import Samples, samples
from tests.patience import PATIENCE
from tests.probes.server import serving

TOKEN = "a-token-of-the-tests-4711"


def told(port: int) -> Samples:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
        line.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        with line.getresponse() as answer:
            assert answer.status == 200
            return samples(answer.read())


def answered(found: Samples) -> float:
    return sum(
        value for (name, _l), value in found.items() if name == "pilotlight_http_requests_total"
    )


def test_processes_of_a_server_are_told_as_one(db: None, tmp_path: Path) -> None:
    files, log = tmp_path / "counted", tmp_path / "log"
    variables = {
        "PILOTLIGHT_METRICS_TOKEN": TOKEN,
        "PROMETHEUS_MULTIPROC_DIR": str(files),
        "PILOTLIGHT_LOG_FORMAT": "json",
    }
    with serving(2, workers=2, log=log, **variables) as server:

        def processes() -> set[str]:
            return {file.stem.rpartition("_")[2] for file in files.glob("counter_*.db")}

        asked = 0
        while len(processes()) < 2:
            assert server.ask("GET", "/accounts/login/") == 200
            asked += 1
        for _ in range(5):
            assert answered(told(server.port)) == asked
    # Granian's first process knows no settings; it says what it starts and stops.
    told_by_us = [line for line in log.read_text().splitlines() if not line.startswith("[INFO] ")]
    lines = [json.loads(line) for line in told_by_us]
    access = [line for line in lines if line.get("logger") == "pilotlight.access"]
    assert len({line["request_id"] for line in access}) >= asked
    assert len({line["process"] for line in access}) == 2
