"""Somebody in front of a browser: signs in, walks the pages, and looks with axe's eyes."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, Response, expect

from tests.patience import PATIENCE
from tests.probes import WHOLE

if TYPE_CHECKING:
    from innovation.people.models import User

Scheme = Literal["light", "dark"]
DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
expect.set_options(timeout=PATIENCE * 1000)
# With each window a whole Chromium (not the headless shell) builds the pop-ups of its address bar,
# which nobody sees here, as pages of their own, and keeps a process for the page that may come next.
# Together they took more than half of what an empty window costs, on Chromium 156 (2026-11-28).
LEFT_OUT = [
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "SpareRendererForSitePerProcess",
]
# The last --disable-features is the one that counts: this repeats what Playwright's own says.
PLAYWRIGHT_LEAVES_OUT = [
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
]
ARGUMENTS = [
    # Neither root nor a container has the sandbox; the only pages it would guard from are ours.
    "--no-sandbox",
    "--disable-gpu",
    # Letters as wide as their font says: without a screen Chromium hints them in full, and gave a
    # percent sign of Source Serif a sixth of its width (156.0.8078.108).
    "--font-render-hinting=none",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join([*LEFT_OUT, *PLAYWRIGHT_LEAVES_OUT])}",
    # Nothing on a page may come from elsewhere; a name that is asked for is a failure.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
COUNTS_CLICKS = """
    addEventListener("pointerdown", () => window.clicked(), true);
"""
# Words after something was done leave by themselves after eight seconds (toasts.js). A busy machine
# may take longer to look for them than somebody takes to read.
TOASTS_STAY = """
    const wait = window.setTimeout;
    window.setTimeout = (work, ms, ...rest) => wait(work, ms === 8000 ? 2 ** 30 : ms, ...rest);
"""
# What WCAG 2.2 AA asks, and axe's advice beyond it.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def chromium() -> str | None:
    """The path of a Chromium, if this machine has one."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
             "google-chrome-stable")  # fmt: skip
    named = os.environ.get("PILOTLIGHT_CHROMIUM")
    return named or next((path for path in map(shutil.which, names) if path), None)


class Visitor:
    """One browser window on one device. Every page it saw must obey the content policy."""

    def __init__(
        self, browser: Browser, address: str, *, device: str, scheme: Scheme, javascript: bool
    ) -> None:
        self.address, self.javascript = address, javascript
        self.context = browser.new_context(
            base_url=address,
            color_scheme=scheme,
            java_script_enabled=javascript,
            locale="en-GB",
            timezone_id="UTC",
            reduced_motion="reduce",
            **DEVICES[device],
        )
        self.context.set_default_timeout(PATIENCE * 1000)
        self.context.add_init_script(TOASTS_STAY)
        self.clicks = self.fields = self.looks = 0
        if javascript:
            self.context.expose_function("clicked", self._clicked)
            self.context.add_init_script(COUNTS_CLICKS)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("console", lambda message: self._listen(message.text))
        self.page.on("response", self._weigh)

    def _clicked(self) -> None:
        self.clicks += 1

    def _listen(self, text: str) -> None:
        if "Content Security Policy" in text or "Refused to" in text:
            self.complaints.append(text)

    def _weigh(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.url} answered {response.status}")

    def sign_in(self, user: User) -> Visitor:
        """By a session cookie; the sign-in page itself has journeys of its own."""
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": self.address}]
        )
        return self

    def open(self, path: str, *, status: int = 200) -> Page:
        """Go to a page of the site; an answer other than the expected one is a failure."""
        response: Response | None = self.page.goto(path)
        assert response is not None
        assert response.status == status, f"{path} answered {response.status}, not {status}."
        return self.page

    def look(self) -> None:
        """What every step of a story ends with: nothing scrolls sideways, and axe finds nothing. It takes
        longer than the step: the suite asks it at the first step and at each third (`dev.py probes` at
        all), and for every page in test_every_page."""
        self.settle()
        # axe waits for timers, which stand still without script: it would wait for ever.
        if self.javascript and (WHOLE or self.looks % 3 == 0):
            self.check_accessibility()
        self.looks += 1
        assert not self.overflows(), f"{self.page.url} scrolls sideways."

    def settle(self) -> None:
        """Wait until the page is whole, and nothing it asked for by itself is on its way.

        A click returns when the next page begins to arrive; on a busy machine half of it is there.
        """
        self.page.wait_for_load_state()
        expect(self.page.locator(".htmx-request")).to_have_count(0)

    def sees(self, *texts: str) -> None:
        """Each text stands on the page, for the eye."""
        for text in texts:
            expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def sees_not(self, *texts: str) -> None:
        for text in texts:
            expect(self.page.get_by_text(text).filter(visible=True)).to_have_count(0)

    def field(self, label: str) -> Locator:
        """The field under this label, whether or not the label adds that it is optional."""
        whole = re.compile(rf"^\s*{re.escape(label)}(\s+optional)?\s*$")
        return self.page.get_by_label(whole).filter(visible=True).first

    def press(self, name: str, *, within: Locator | None = None) -> None:
        """A button, or a link that is dressed as one, by its whole name."""
        place = within or self.page.locator("body")
        button = place.get_by_role("button", name=name, exact=True)
        link = place.get_by_role("link", name=name, exact=True)
        button.or_(link).filter(visible=True).first.click()

    def fill(self, label: str, text: str) -> None:
        self.fields += 1
        self.field(label).fill(text)

    def choose(self, label: str, option: str) -> None:
        self.fields += 1
        self.field(label).select_option(label=option)

    def tick(self, label: str) -> None:
        self.field(label).check()

    def check_accessibility(self) -> None:
        """Fail with what axe found on the page as it is now, in words one can act on.

        axe runs through the debugging protocol, which the page's strict policy does not bind;
        the policy itself stays on.
        """
        session = self.context.new_cdp_session(self.page)
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        # From the top, where the bar that sticks covers nothing. JSON, because a DOM node among
        # the results would not travel.
        script = (
            f"{AXE_SCRIPT};scrollTo(0, 0);"
            f"axe.run({json.dumps(options)}).then(r => JSON.stringify(r.violations))"
        )
        answer = session.send(
            "Runtime.evaluate",
            {"expression": script, "awaitPromise": True, "returnByValue": True},
        )
        session.detach()
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        violations = json.loads(answer["result"]["value"])
        assert not violations, f"axe on {self.page.url}:\n{describe(violations)}"

    def overflows(self) -> bool:
        """Whether the page scrolls sideways, which no page may on a phone."""
        session = self.context.new_cdp_session(self.page)
        script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        answer = session.send("Runtime.evaluate", {"expression": script, "returnByValue": True})
        session.detach()
        return bool(answer["result"]["value"])

    def close(self) -> None:
        self.context.close()
        assert not self.complaints, "\n".join(self.complaints)


def describe(violations: list[dict[str, Any]]) -> str:
    """Each violation with its help and the first places, as `rule (impact): help`."""
    lines = []
    for violation in violations:
        lines.append(f"{violation['id']} ({violation['impact']}): {violation['help']}")
        for node in violation["nodes"][:5]:
            why = node.get("failureSummary", "").replace("\n", " ")
            lines.append(f"    {node['html'][:160]}\n      {why[:300]}")
    return "\n".join(lines)


Live = Callable[..., Visitor]
