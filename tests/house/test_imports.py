"""The directions of the house, as import contracts."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
APPS = ("innovation", "pilots", "okrs")
# Rooms whose files go by other names: no domain in rules and web, no Django in the other two.
OF_THEIR_OWN = {"innovation.rules", "innovation.web", "pilots.connectors", "pilots.statistics"}
NO_ROOMS = {"migrations", "management", "static", "locale", "__pycache__"}


def test_imports_keep_their_direction() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr


def test_contracts_hold_for_every_room() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    by_id = {contract["id"]: contract for contract in contracts["contracts"]}
    for app in APPS:
        rooms = {path.name for path in (ROOT / app).iterdir() if path.is_dir()} - NO_ROOMS
        layers = " ".join(by_id[f"rooms-{app}"]["layers"])
        ordered = set(layers.replace("|", " ").replace("(", " ").replace(")", " ").split())
        assert rooms <= ordered, f"Give {rooms - ordered} a place in contract rooms-{app}."
        inside = {*by_id["files"]["containers"], *by_id["files-people"]["containers"]}
        named = {f"{app}.{room}" for room in rooms} - OF_THEIR_OWN
        assert named <= inside, f"Add {named - inside} to the containers of contract files."
