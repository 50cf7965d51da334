"""The example app: its packages, its checks, its build, and a server of it in front of a bank."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import urllib3

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "examples" / "web"
PACKAGES = "examples/web/node_modules/.installed"
LOCK = ROOT / ".local" / "examples-web.lock"
RUN_SECONDS_MAX = 300
START_SECONDS_MAX = 30
POLL_SECONDS = 0.1


def install() -> None:
    """What `make web` installs. One at a time: test processes share the folder."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        run("make", "--silent", PACKAGES, folder=ROOT)


def run(*command: str, folder: Path = WEB) -> None:
    done = tried(*command, folder=folder)
    assert done.returncode == 0, f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"


def tried(*command: str, folder: Path = WEB) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_MAX,
        check=False,
    )


def build(out: Path) -> None:
    install()
    run("npm", "run", "--silent", "build", "--", "--outDir", str(out), "--emptyOutDir")


@contextmanager
def served(out: Path, bank: Path, log: Path) -> Iterator[str]:
    """The built app on a port of its own, in front of the bank of this folder. Yields its address."""
    port = free_port()
    vite = ("node", "node_modules/vite/bin/vite.js", "preview", "--strictPort", "--port", str(port))
    with log.open("wb") as written:
        server = subprocess.Popen(
            [*vite, "--outDir", str(out)],
            cwd=WEB,
            env=os.environ | {"FLORIN_FOLDER": str(bank)},
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}/"
        wait_for(address, server, log)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=START_SECONDS_MAX)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            if urllib3.request("GET", address, retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(POLL_SECONDS)
    raise AssertionError(f"{address} does not answer:\n{log.read_text(encoding='utf-8')}")


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port
