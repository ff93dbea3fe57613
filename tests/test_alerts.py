"""What watches the site: rules and dashboard ask for metrics that there are, and each alert fires when it
should and not before."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from innovation.web import scrape
from tests.test_deploy import needs

ROOT = Path(settings.BASE_DIR)
RULES = ROOT / "deploy/prometheus/pilotlight.rules.yml"
DASHBOARD = ROOT / "deploy/grafana/pilotlight.json"
TRIALS = sorted((ROOT / "tests/alerts").glob("*.yml"))
# What scrape.py says of each that it is asked to look at (innovation/asgi.py names the broker).
ASKED = {"pilotlight_database_up", "pilotlight_broker_up"}


def rules() -> list[dict[str, Any]]:
    [group] = yaml.safe_load(RULES.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def queries() -> Iterator[tuple[str, str]]:
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


@pytest.fixture
def told(db: None, settings: Settings) -> dict[str, set[str]]:
    """The names of all samples that `/metrics` really gives, with the labels of each."""
    settings.METRICS_TOKEN = "a-token-of-the-tests-4711"
    Client().get("/accounts/login/")
    text = scrape.counted_by_the_processes() + scrape.as_text(scrape.held_by_the_database())
    found: dict[str, set[str]] = {name: set() for name in ASKED}
    for family in text_string_to_metric_families(text.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
        found.setdefault(family.name, set())  # a gauge of several processes has no sample yet
    return found


def asked_for(query: str) -> Iterator[tuple[str, set[str]]]:
    """Each metric of a query, with the labels that it is narrowed by."""
    for name, narrowed in re.findall(r"\b(pilotlight_\w+)(?:\{([^}]*)\})?", query):
        yield name, set(re.findall(r"(\w+)\s*(?:=|!=|=~|!~)", narrowed))


def test_rules_ask_for_metrics_that_there_are(told: dict[str, set[str]]) -> None:
    for rule in rules():
        for name, labels in asked_for(rule["expr"]):
            assert name in told, rule["alert"]
            assert labels <= told[name], rule["alert"]


def test_dashboard_asks_for_metrics_that_there_are(told: dict[str, set[str]]) -> None:
    asked = list(queries())
    assert len(asked) > 20
    for title, query in asked:
        for name, labels in asked_for(query):
            assert name in told, title
            assert labels <= told[name], title


def test_every_metric_is_on_the_dashboard_or_raises_an_alert(told: dict[str, set[str]]) -> None:
    asked = " ".join([*(rule["expr"] for rule in rules()), *(query for _t, query in queries())])
    ours = {
        re.sub(r"_(bucket|count|sum|created|total)$", "", name)
        for name in told
        if name.startswith("pilotlight_")
    }
    assert {name for name in ours if name not in asked} == set()


def test_panels_of_the_dashboard_have_numbers_and_places_of_their_own() -> None:
    board = json.loads(DASHBOARD.read_text())
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for column in range(place["x"], place["x"] + place["w"]):
            for line in range(place["y"], place["y"] + place["h"]):
                assert (column, line) not in taken, panel["title"]
                taken.add((column, line))
    [source] = board["templating"]["list"]
    for panel in panels:
        if panel["type"] != "row":
            assert panel["datasource"]["uid"] == f"${{{source['name']}}}"


def test_each_alert_says_what_to_do_and_where_it_is_described() -> None:
    documented = (ROOT / "docs/operations.md").read_text()
    for rule in rules():
        said = rule["annotations"]
        assert said["action"]
        assert said["summary"]
        assert rule["labels"]["severity"] in ("critical", "warning")
        file, _hash, anchor = said["runbook_url"].partition("#")
        assert file == "docs/operations.md"
        assert anchor == rule["alert"].lower()
        assert f"\n#### {rule['alert']}\n" in documented, rule["alert"]


def test_each_alert_is_tried() -> None:
    tried = "".join(path.read_text() for path in TRIALS)
    for rule in rules():
        assert f'alertname="{rule["alert"]}", alertstate="firing"' in tried, rule["alert"]


def test_prometheus_reads_rules_and_configuration(tmp_path: Path) -> None:
    promtool = needs("promtool")
    token = tmp_path / "token"
    token.write_text("a-token")
    config = (RULES.parent / "prometheus.yml").read_text()
    config = config.replace("/etc/prometheus/pilotlight_token", str(token))
    (tmp_path / "prometheus.yml").write_text(config.replace(RULES.name, str(RULES)))
    command = [promtool, "check", "config", str(tmp_path / "prometheus.yml")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"{len(rules())} rules found" in done.stdout


def test_alerts_fire_when_they_should_and_not_before() -> None:
    command = [needs("promtool"), "test", "rules", *map(str, TRIALS)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
