"""Builds the GraphiQL page: `npm ci` and `vite build`, each only when what it reads has changed.

The result is a folder of static files that needs no network. It is made aside and renamed, so that a page
is never half there, and one build waits for another.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WEB = Path(__file__).resolve().parent / "web"
LOCAL = ROOT / ".local"

PACKAGES = ("package.json", "package-lock.json", ".npmrc")
SOURCES = (*PACKAGES, "index.html", "tsconfig.json", "vite.config.ts", "public", "src")
STAMP = ".built-from"  # Inside what was made, so that both come and go together.
HASH_LENGTH = 12
INSTALL_SECONDS_MAX = 600
BUILD_SECONDS_MAX = 300

Say = Callable[[str], None]


class BuildFailed(Exception):
    """The page could not be built; the message holds what the tool said."""


def default_out() -> Path:
    """Where the page of these sources belongs. A change of the sources is another folder."""
    return LOCAL / f"graphiql-dist-{_hash(SOURCES)}"


def build(out: Path, say: Say) -> Path:
    """Bring `out` up to date and return it. Quick when nothing changed."""
    source = _hash(SOURCES)
    with _one_build_at_a_time():
        if _stamp(out) != source:
            _install(say)
            _bundle(out, source, say)
    return out


def _install(say: Say) -> None:
    packages = _hash(PACKAGES)
    modules = WEB / "node_modules"
    if _stamp(modules) == packages:
        return
    say("GraphiQL page: installing its packages (npm ci, about 15 s)")
    _run(["npm", "ci", "--no-progress"], INSTALL_SECONDS_MAX)
    (modules / STAMP).write_text(packages, encoding="utf-8")


def _bundle(out: Path, source: str, say: Say) -> None:
    say("GraphiQL page: building (about 5 s)")
    aside = out.with_name(f"{out.name}.building")
    _run(["npm", "run", "build", "--", "--outDir", str(aside.resolve()), "--emptyOutDir"], BUILD_SECONDS_MAX)
    (aside / STAMP).write_text(source, encoding="utf-8")
    if out.exists():
        shutil.rmtree(out)
    aside.rename(out)
    say(f"GraphiQL page: built into {out}")


def _run(command: list[str], seconds: int) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=WEB,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError as error:
        raise BuildFailed("npm is not installed: the GraphiQL page needs Node.js 20.19 or later") from error
    except subprocess.TimeoutExpired as error:
        raise BuildFailed(f"`{' '.join(command)}` took more than {seconds} s") from error
    if done.returncode != 0:
        raise BuildFailed(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")


def _hash(names: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for name in names for path in _files(WEB / name)):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(WEB).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:HASH_LENGTH]


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]


def _stamp(folder: Path) -> str | None:
    path = folder / STAMP
    return path.read_text(encoding="utf-8") if path.exists() else None


@contextmanager
def _one_build_at_a_time() -> Iterator[None]:
    """Two banks may start at once; they share one node_modules."""
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "graphiql-build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.graphiql.build", description="Build the GraphiQL page.")
    parser.add_argument("--out", type=Path, default=default_out(), help="folder of the built page")
    out: Path = parser.parse_args(arguments).out
    try:
        print(build(out, lambda line: print(line, file=sys.stderr, flush=True)))
    except BuildFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
