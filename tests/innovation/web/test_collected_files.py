"""A page of one version finds its files at a web server of another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from innovation.web.collected_files import CollectedFilesMiddleware

# Whoever closes an answer has Django look at its connections.
pytestmark = pytest.mark.django_db
OLD, NEW = "app.aaaaaaaaaaaa.css", "app.bbbbbbbbbbbb.css"


def collect(folder: Path, name: str, text: str) -> None:
    """What collectstatic leaves: the file, its copy that is named by its content, and the list."""
    (folder / "app.css").write_text(text)
    (folder / name).write_text(text)
    manifest = {"paths": {"app.css": name}, "version": "1.1", "hash": ""}
    (folder / "staticfiles.json").write_text(json.dumps(manifest))


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.STATIC_ROOT = str(tmp_path)
    settings.WHITENOISE_USE_FINDERS = False
    storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}
    return tmp_path


def server() -> CollectedFilesMiddleware:
    def missing(_request: HttpRequest) -> HttpResponse:
        return HttpResponse(status=404)

    return CollectedFilesMiddleware(missing)


def fetched(server: CollectedFilesMiddleware, name: str) -> tuple[int, str, Any]:
    answer = server(RequestFactory().get(f"/static/{name}"))
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    answer.close()
    return answer.status_code, text.decode(), answer.get("Cache-Control")


def test_server_of_before_sends_what_was_collected_since(folder: Path) -> None:
    collect(folder, OLD, ".of_before {}")
    old = server()
    collect(folder, NEW, ".of_now, .and_longer {}")
    assert fetched(old, NEW)[:2] == (200, ".of_now, .and_longer {}")
    assert fetched(old, OLD)[:2] == (200, ".of_before {}")


@pytest.mark.parametrize(("own", "asked"), [(OLD, NEW), (NEW, OLD)])
def test_server_with_files_of_its_own_alone_sends_those_for_once(
    folder: Path, own: str, asked: str
) -> None:
    """Another machine, another image."""
    collect(folder, own, ".of_this_version {}")
    assert fetched(server(), asked) == (200, ".of_this_version {}", "no-store")
    status, text, kept = fetched(server(), own)
    assert (status, text) == (200, ".of_this_version {}")
    assert "immutable" in kept


@pytest.mark.parametrize(
    "name",
    [
        "never.aaaaaaaaaaaa.css",
        "app.aaaaaaaaaaaa.js",
        "app.short.css",
        "../app.cccccccccccc.css",
        "staticfiles.aaaaaaaaaaaa.json",
        "",
    ],
)
def test_what_no_version_has_is_missing(folder: Path, name: str) -> None:
    collect(folder, OLD, ".of_before {}")
    (folder.parent / "app.cccccccccccc.css").write_text("another folder")
    assert fetched(server(), name)[0] == 404
