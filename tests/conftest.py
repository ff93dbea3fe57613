"""Fixtures of the whole suite: no network, a browser, a worker."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase, client
from hypothesis import settings as settings_of_examples
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.emptying import empty_tables, end_other_sessions, may_empty
from tests.journeys.visitor import ARGUMENTS, Scheme, Visitor, chromium
from tests.network import only_loopback
from tests.probes import WHOLE
from tests.worker import Worker

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django import DjangoDbBlocker
    from pytest_django.live_server_helper import LiveServer

    from innovation.people.models import User
    from tests.factories.cast import Cast

JOURNEYS = Path(__file__).parent / "journeys"
NO_CHROMIUM = "no Chromium on this machine"
NO_R = "no R on this machine"


def pytest_configure(config: pytest.Config) -> None:
    if settings.ENVIRONMENT != "test":
        raise pytest.UsageError(
            "Run the tests by `python3 dev.py test`, or set the environment first: "
            'eval "$(python3 dev.py services)"'
        )
    # The same examples each time, so that a run can be repeated; HYPOTHESIS_PROFILE=default looks
    # at others. A machine that is slow for a moment fails nothing.
    settings_of_examples.register_profile(
        "repeatable", derandomize=True, deadline=None, max_examples=100 if WHOLE else 25
    )
    settings_of_examples.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
    # Test processes share a broker; each has a queue of its own.
    settings.CELERY_TASK_DEFAULT_QUEUE = f"test-{os.getpid()}"
    # Playwright's loop lives in the main thread, where Django would refuse to touch the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser are marked as such, and skipped, loudly, where there is none.

    The command line's tests come first: they mostly wait, and would be waited for at the end. So
    would the journeys, which take long each.
    """
    items.sort(key=lambda item: (item.path.name != "test_dev.py", item.path.parent != JOURNEYS))
    found = chromium()
    for item in items:
        if "live" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            if not found:
                item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look through it again and again. What
    comes is mostly gone at the end of its test: it looks for the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, where, program, setting in (
        (NO_CHROMIUM, "A BROWSER", "Chromium", "PILOTLIGHT_CHROMIUM"),
        (NO_R, "R", "R (r-base-core)", "PILOTLIGHT_RSCRIPT"),
    ):
        count = sum(reason in str(report.longrepr) for report in skipped)
        if count:
            terminalreporter.section(f"NOT TESTED IN {where}", sep="!", red=True, bold=True)
            terminalreporter.line(
                f"{count} tests were skipped: {reason}. Install {program}, or set {setting} to the "
                "path of one."
            )


@pytest.fixture(scope="session")
def rscript() -> str:
    """The program that runs a script in R."""
    found = os.environ.get("PILOTLIGHT_RSCRIPT") or shutil.which("Rscript")
    if not found:
        pytest.skip(NO_R)
    return found


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    with only_loopback():
        yield


@pytest.fixture(scope="session", autouse=True)
def _pages_wait_for_nobody() -> Iterator[None]:
    """Most tests have no worker beside them that asks a source for a page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pilots.metrics.actions.checks.PATIENCE", 0.0)
        yield


@pytest.fixture(scope="session", autouse=True)
def _static_files_found_once() -> Iterator[None]:
    """Each test browser begins with middleware of its own, and WhiteNoise's looks through all
    static files: as long as four pages take, on WhiteNoise 6 (2026-11-28)."""
    find = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def add_files(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            find(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_files)
        yield


@pytest.fixture(scope="session", autouse=True)
def _page_remembered_without_its_parts() -> Iterator[None]:
    """Django's test browser keeps a copy of the context of each template that was drawn; here that
    is each button and each cell, and tests ask for what the page itself was given."""
    store: Callable[..., None] = vars(client)["store_rendered_templates"]

    def store_the_first(found: dict[str, Any], *given: Any, **named: Any) -> None:
        if not found:
            store(found, *given, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", store_the_first)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database, which tests that commit leave empty in a quick way."""
    with django_db_blocker.unblock():
        quick = may_empty()
        never_before_the_cast()
    with pytest.MonkeyPatch.context() as patch:
        if quick:
            patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: empty_tables())
        yield
    # A worker that was killed may leave a session behind, which would keep the database.
    with django_db_blocker.unblock():
        end_other_sessions()


def never_before_the_cast() -> None:
    """On a machine whose clock is behind the cast's, the database's is not."""
    from tests.factories.cast import NOW

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION pilots_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS"
            f" $$SELECT greatest(clock_timestamp(), '{NOW.isoformat()}')$$"
        )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def live(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Visitor]]:
    """Open a browser window on the running site: `live(user, device="phone", scheme="dark")`."""
    visitors: list[Visitor] = []

    def visit(
        user: User | None = None,
        *,
        device: str = "desktop",
        scheme: Scheme = "light",
        javascript: bool = True,
    ) -> Visitor:
        visitor = Visitor(
            browser, live_server.url, device=device, scheme=scheme, javascript=javascript
        )
        visitors.append(visitor)
        return visitor.sign_in(user) if user else visitor

    yield visit
    for visitor in visitors:
        visitor.close()


@pytest.fixture
def worker(transactional_db: None) -> Iterator[Worker]:
    """A Celery worker that works on this test's committed rows; it may be killed and started.

    One for each test: a worker that went on listening once raised an alarm before the test that
    was to raise it (2026-11-23), and one that is told to stop listening still takes a last task.
    """
    worker = Worker()
    worker.forget_what_waits()  # a test without a worker may have sent something
    yield worker.start()
    worker.close()


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody, their units and their roles."""
    from tests.factories.cast import make_cast

    return make_cast()
