"""Signing in, seen: the link, a password, the second step, the front page, through nginx.

python -m tests.walk.browser FOLDER first LINK     in the network of the machine
python -m tests.walk.browser FOLDER again
"""

from __future__ import annotations

import base64
import hmac
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

import dev

SITE = "pilotlight.example.org"
ADMINISTRATOR = "ada.kowalski@example.org"
# Browsers may be slow on a machine that is busy.
expect.set_options(timeout=60_000)
PASSWORD = "a fine evening on the lake"


def code_of(secret: str) -> str:
    """What an app shows now (RFC 6238), with seconds left to type it."""
    while time.time() % 30 > 20:
        time.sleep(0.5)
    moment = int(time.time() // 30).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), moment, "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def give_password(page: Page) -> None:
    page.goto(f"https://{SITE}/accounts/login/")
    page.get_by_label("E-mail").fill(ADMINISTRATOR)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def first_time(page: Page, folder: Path, link: str) -> None:
    """By the link to a password, and to the second step, without which all else stays shut."""
    page.goto(link)
    page.screenshot(path=folder / "1-link.png")
    for box in page.locator("input[type=password]").all():
        box.fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    give_password(page)
    expect(page.get_by_text("Your role asks for a second step")).to_be_visible()
    page.screenshot(path=folder / "2-second-step.png")
    page.get_by_text("Set it up", exact=True).click()
    if page.get_by_label("Your password").count():
        page.get_by_label("Your password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
    secret = page.locator(".fact dd").inner_text()
    (folder / "secret").write_text(secret)
    page.get_by_label("Code from the app").fill(code_of(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_text("They are shown this once")).to_be_visible()


def again(page: Page, folder: Path) -> None:
    give_password(page)
    page.get_by_label("Code", exact=True).fill(code_of((folder / "secret").read_text()))
    page.get_by_role("button", name="Sign in", exact=True).click()


def main(folder: Path, link: str | None) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=dev.find_chromium(),
            args=["--no-sandbox", f"--host-resolver-rules=MAP {SITE} 127.0.0.1"],
        )
        # The certificate is one that was made for a trial; curl has looked at it.
        page = browser.new_page(ignore_https_errors=True)
        if link:
            first_time(page, folder, link)
        else:
            again(page, folder)
        page.goto(f"https://{SITE}/people/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.screenshot(path=folder / "3-signed-in.png")
        sys.stdout.write(f"{page.title()}\n")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[3] if sys.argv[2] == "first" else None)
