"""The copy of the tree that mutmut works in: what git knows of, as it stands now, and nothing that is ignored."""

import hashlib
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ops.mutation import kept

GIT_SECONDS_MAX: Final = 60
_STAMP: Final = ".copied"
_CONFIGURATION: Final = Path("ops/mutation/mutmut.cfg")


def commit() -> str:
    """The commit of the tree, marked when something in it is not committed."""
    return _git("describe", "--always", "--dirty").strip()


def prepare(folder: Path, only: Sequence[str], *, keep: bool = False) -> None:
    """A copy to mutate. One that is of the very same files stays, with the verdicts that an ended run left in it.

    `only` narrows the configuration to some modules; `keep` keeps of a copy of other files what still stands.
    """
    files = [Path(name) for name in _git("ls-files", "-co", "--exclude-standard").splitlines()]
    files = sorted(path for path in files if path.is_file())
    stamp = _stamp(files)
    if folder.exists() and (folder / _STAMP).exists() and (folder / _STAMP).read_text() == stamp:
        return
    if keep and (folder / kept.WHOLE).exists():
        kept.renew(folder, files)
    else:
        shutil.rmtree(folder, ignore_errors=True)
        for path in files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, folder / path)
        (folder / kept.WHOLE).write_text(commit())
    (folder / "setup.cfg").write_text(narrowed(_CONFIGURATION.read_text(encoding="utf-8"), only), encoding="utf-8")
    (folder / _STAMP).write_text(stamp)


def narrowed(configuration: str, only: Sequence[str]) -> str:
    """The configuration, mutating no more than the named modules."""
    if not only:
        return configuration
    lines = configuration.splitlines()
    start = lines.index("only_mutate=") + 1
    end = next(n for n in range(start, len(lines)) if not lines[n].startswith(" "))
    return "\n".join([*lines[:start], *(f"    {name}" for name in only), *lines[end:], ""])


def _stamp(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _git(*words: str) -> str:
    done = subprocess.run(
        ["git", *words],  # noqa: S607 - found where the developer has it
        check=True,
        capture_output=True,
        text=True,
        timeout=GIT_SECONDS_MAX,
    )
    return done.stdout
