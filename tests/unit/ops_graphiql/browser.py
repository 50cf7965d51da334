"""Debian's Chromium, driven by Playwright, kept on this machine and watched.

Chromium comes from the system (`apt-get install chromium`), not from PyPI or npm: a test looks for it and
installs nothing.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, ConsoleMessage, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",  # Tests may run as root, as in a container.
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
PERMISSIONS = ("clipboard-read", "clipboard-write")
LOOPBACK = frozenset({"localhost", "127.0.0.1"})
LOCAL_SCHEMES = frozenset({"data", "blob"})
WAIT_MILLISECONDS = 20_000  # The page is 7 MB of script, on a busy machine.


@dataclass
class Watched:
    """What a page did while a test used it."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def left_loopback(self) -> list[str]:
        parts = [(url, urlsplit(url)) for url in self.requests]
        return [url for url, at in parts if at.scheme not in LOCAL_SCHEMES and at.hostname not in LOOPBACK]

    def hear(self, message: ConsoleMessage) -> None:
        """Errors and warnings: what the content security policy blocks is told here, too."""
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


def chromium() -> str:
    """Where Chromium is; the test is skipped when there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine: `apt-get install chromium` brings the one that this test drives")
    return found


@pytest.fixture(name="browser", scope="module")
def a_browser() -> Iterator[Browser]:
    """One for the tests of a module: to start it takes longer than most of them."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        try:
            yield started
        finally:
            started.close()


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[tuple[Page, Watched]]:
    """The page at this address, seen by somebody who was nowhere before: no page knows what another has kept."""
    watched = Watched()
    page = browser.new_page(viewport={"width": 1400, "height": 860}, permissions=list(PERMISSIONS))
    try:
        page.set_default_timeout(WAIT_MILLISECONDS)
        expect.set_options(timeout=WAIT_MILLISECONDS)
        page.on("request", lambda request: watched.requests.append(request.url))
        page.on("console", watched.hear)
        page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        page.goto(address)
        yield page, watched
    finally:
        page.close()


def write_operation(page: Page, name: str, selection: str) -> None:
    """Replace what the operation editor holds, by pasting: it closes brackets while one types.

    The editor reads the name a moment later and shows it on the tab; before that it would run the old name.
    """
    page.evaluate("text => navigator.clipboard.writeText(text)", f"query {name} {selection}")
    page.locator(".graphiql-query-editor .monaco-editor").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+V")
    expect(page.get_by_role("tab", selected=True)).to_contain_text(name)


def run_operation(page: Page) -> None:
    page.get_by_role("button", name="Execute query").click()


def expect_answer(page: Page, text: str) -> None:
    """The answer pane shows this text. The editor draws spaces as no-break spaces, which are not compared."""
    expect(page.locator("section.result-window")).to_contain_text(text.replace(" ", "\u00a0"))


def keep_picture(page: Page, folder: Path) -> None:
    """For the eyes of whoever runs the test with `--basetemp`."""
    page.screenshot(path=folder / "page.png")
