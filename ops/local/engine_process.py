"""Starts, asks and stops one engine. Everything it keeps lies in one folder; it listens on loopback alone."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[2]
ENGINE_PYTHON = ROOT / ".venv/engine/bin/python"
PID_FILE = "engine.pid"  # For a person with a debugger; nothing here trusts it.
SAVE_EVERY_SECONDS = 60
START_MAX_SECONDS = 30.0
STOP_MAX_SECONDS = 20.0
ANSWER_MAX_SECONDS = 120.0  # A save of a large state, or a reload that waits for a busy function.
POLL_SECONDS = 0.05
ANY_PORT: Final = 0
CLAIM_TRIES_MAX: Final = 20  # Each fails only when another claims the same port of thousands at the same moment.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ")  # The developer's own AWS settings stay outside.


class EngineFault(Exception):
    """The engine did not start, stop or answer as it must."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine that this process started."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "engine.log"

    def stop(self) -> None:
        """Gracefully, so that the state is saved; by force only when that takes too long."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(STOP_MAX_SECONDS)
        except subprocess.TimeoutExpired as expired:
            self.process.kill()
            self.process.wait()
            raise EngineFault(f"the engine did not stop in {STOP_MAX_SECONDS:.0f} s; see {self.log}") from expired


def start_engine(
    folder: Path, *, port: int, keep: bool, plain: bool = False, environment: dict[str, str] | None = None
) -> Engine:
    """Start an engine and wait until it answers. With `keep` its state outlives it, in the folder."""
    if not ENGINE_PYTHON.exists():
        raise EngineFault("the engine is not installed: run `make install`")
    workspace = folder / "tmp"
    shutil.rmtree(workspace, ignore_errors=True)
    workspace.mkdir(parents=True)
    log = folder / "engine.log"
    if log.exists():
        log.replace(folder / "engine.log.1")
    command = [
        str(ENGINE_PYTHON),
        "-P",
        "-m",
        "ops.local.engine",
        "--port",
        str(port),
        "--keeper",
        str(os.getpid()),
    ]
    command += ["--save-seconds", str(SAVE_EVERY_SECONDS)] if keep else []
    command += ["--plain"] if plain else []
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=workspace,
            env=engine_environment(folder, port=port, keep=keep) | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # An interrupt on the terminal reaches the keeper, which stops the engine itself.
        )
    (folder / PID_FILE).write_text(str(process.pid), encoding="ascii")
    engine = Engine(folder=folder, port=port, process=process)
    wait_until_ready(engine)
    return engine


def engine_environment(folder: Path, *, port: int, keep: bool) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return inherited | {
        "PYTHONPATH": str(ROOT),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "INFO",
        "TMPDIR": str(folder / "tmp"),
        "PERSIST_STATE": "1" if keep else "0",
        "STATE_DIR": str(folder / "state"),
        "S3_PERSIST": "1" if keep else "0",
        "S3_DATA_DIR": str(folder / "s3"),
    }


def wait_until_ready(engine: Engine) -> None:
    deadline = time.monotonic() + START_MAX_SECONDS
    while time.monotonic() < deadline:
        if engine.process.poll() is not None:
            raise EngineFault(f"the engine ended at its start: {last_line(engine.log)}; see {engine.log}")
        if engine_answers(engine.port):
            return
        time.sleep(POLL_SECONDS)
    engine.process.kill()
    raise EngineFault(f"the engine did not answer in {START_MAX_SECONDS:.0f} s; see {engine.log}")


def engine_answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 - OK
    except (urllib.error.URLError, OSError):
        return False


def ask_engine(port: int, verb: str) -> dict[str, Any]:
    """Ask for `save` or `reload`; returns when it is done."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/_florin/{verb}", method="POST")
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_MAX_SECONDS) as answer:  # noqa: S310 - as above
            found: dict[str, Any] = json.load(answer)
            return found
    except urllib.error.HTTPError as refused:
        raise EngineFault(f"the engine refused to {verb}: {refused.read().decode(errors='replace')}") from refused
    except (urllib.error.URLError, OSError) as unreached:
        raise EngineFault(f"the engine on port {port} does not answer: {unreached}") from unreached


@contextmanager
def engine_running(folder: Path, *, plain: bool = False, environment: dict[str, str] | None = None) -> Iterator[Engine]:
    """An engine for one test session: nothing of it is kept."""
    with claimed_port() as port:
        engine = start_engine(folder, port=port, keep=False, plain=plain, environment=environment)
        try:
            yield engine
        finally:
            engine.stop()


@contextmanager
def claimed_port(wanted: int = ANY_PORT) -> Iterator[int]:
    """A free port of ours until the end of the block: the wanted one, or another.

    Whoever listens there starts to only later, so that a look at what is free is not enough: of two banks that start
    at one moment both would see the same. The claim is the UDP port of the same number, which the system gives to one
    process alone and takes back when that ends, however it ends.
    """
    with closing(claim(wanted) or claim_any()) as claimed:
        yield int(claimed.getsockname()[1])


def claim_any() -> socket.socket:
    for _ in range(CLAIM_TRIES_MAX):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", ANY_PORT))
            port = int(probe.getsockname()[1])
        claimed = claim(port)
        if claimed:
            return claimed
    raise EngineFault(f"of {CLAIM_TRIES_MAX} free ports every one was taken before it could be claimed")


def claim(port: int) -> socket.socket | None:
    """None for a port that somebody listens on or has claimed, and for `ANY_PORT`."""
    if port == ANY_PORT:
        return None
    claimed = socket.socket(type=socket.SOCK_DGRAM)
    try:
        claimed.bind(("127.0.0.1", port))
    except OSError:
        claimed.close()
        return None
    if port_is_free(port):
        return claimed
    claimed.close()
    return None


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it wrote nothing"
