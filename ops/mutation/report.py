"""What a run came to, as a table for the terminal and as the last part of `docs/proof/mutation.md`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from ops.mutation.kept import Kept
from ops.mutation.results import Module, Mutant, Verdict

GOAL_PERCENT: Final = 90
"""More than this share of the mutants is noticed, or the run fails."""
HEADING: Final = "## The last full run\n"
CONTEXT: Final = 40
"""Characters shown on either side of a difference."""
_COLUMNS: Final = ("module", "mutants", "killed", "timeouts", "survived", "no test", "noticed")


@dataclass(frozen=True, slots=True)
class Run:
    commit: str
    command: str
    took: timedelta
    modules: Sequence[Module]
    kept: Kept | None = None
    """What was not run again."""

    @property
    def missed(self) -> list[Mutant]:
        return [mutant for module in self.modules for mutant in module.missed]

    @property
    def ok(self) -> bool:
        """Nothing is left to run and enough was noticed. A run without mutants shows nothing."""
        noticed, total, unknown = _sums(self.modules)
        return total > 0 and unknown == 0 and noticed * 100 > total * GOAL_PERCENT


def _sums(modules: Sequence[Module]) -> tuple[int, int, int]:
    return (
        sum(module.noticed for module in modules),
        sum(module.total for module in modules),
        sum(module.counts[Verdict.UNKNOWN] for module in modules),
    )


def rows(modules: Sequence[Module]) -> Iterator[tuple[str, ...]]:
    yield _COLUMNS
    for module in modules:
        yield _row(module.path, [module])
    yield _row("together", modules)


def _row(name: str, modules: Sequence[Module]) -> tuple[str, ...]:
    noticed, total, unknown = _sums(modules)
    shown = (Verdict.KILLED, Verdict.TIMEOUT, Verdict.SURVIVED, Verdict.UNTESTED)
    counts = [str(sum(module.counts[verdict] for module in modules)) for verdict in shown]
    share = f"{100 * noticed / total:.1f} %" if total else "-"
    return name, str(total), *counts, f"{share} ({unknown} not run)" if unknown else share


def table(modules: Sequence[Module]) -> str:
    """For the terminal."""
    told = list(rows(modules))
    widths = [max(len(row[n]) for row in told) for n in range(len(_COLUMNS))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if n else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in told
    )


def summary(run: Run, unexplained: int) -> str:
    """The last line in the terminal."""
    noticed, total, unknown = _sums(run.modules)
    left = f"; {unknown} were not run" if unknown else ""
    share = f" ({100 * noticed / total:.1f} %)" if total else ""
    return f"{noticed} of {total} mutants noticed{share}, {unexplained} survivors without a reason{left}"


def page(run: Run, explained: Mapping[str, Sequence[Mutant]], rest: Sequence[Mutant]) -> str:
    """The part of the page that a run writes."""
    minutes = round(run.took / timedelta(minutes=1))
    lines = [
        HEADING,
        f"Commit {run.commit}; `{run.command}`; {minutes} minutes.{_told(run)}\n",
        *(_markdown_row(row, n) for n, row in enumerate(rows(run.modules))),
        "",
        f"### Survivors and why each may live ({len(run.missed) - len(rest)})\n",
    ]
    for why, mutants in sorted(explained.items(), key=lambda one: -len(one[1])):
        lines += [f"**{why}** ({len(mutants)})\n", *map(_listed, mutants), ""]
    lines += [f"### Survivors that are not explained ({len(rest)})\n", *(map(_listed, rest) if rest else ["None."])]
    return "\n".join([*lines, ""])


def _told(run: Run) -> str:
    if run.kept is None:
        return ""
    again = _sums(run.modules)[1] - run.kept.verdicts
    return (
        f" Since the last run of everything (commit {run.kept.whole}) {again} mutants were run again: those of"
        " functions that have changed, those that nothing had noticed, and those of which a test has changed."
        f" The verdicts of the other {run.kept.verdicts} stand since then."
    )


def _markdown_row(row: Sequence[str], n: int) -> str:
    line = "| " + " | ".join(row) + " |"
    return line if n else line + "\n|---" + "|---:" * (len(_COLUMNS) - 1) + "|"


def _listed(mutant: Mutant) -> str:
    untested = " (no test reaches it)" if mutant.verdict is Verdict.UNTESTED else ""
    module = mutant.module.removeprefix("domain/")
    gone, put = near(mutant.gone, mutant.put)
    return f"- {module} {mutant.function}{untested}: `{put or 'nothing'}` for `{gone}`"


def near(gone: str, put: str) -> tuple[str, str]:
    """The two texts where they differ, with some of what stands around it."""
    same = _alike(gone, put)
    rest = _alike(gone[same:][::-1], put[same:][::-1])
    start = max(0, same - CONTEXT)
    shown = (text[start : len(text) - max(0, rest - CONTEXT)] for text in (gone, put))
    before, after = "…" if start else "", "…" if rest > CONTEXT else ""
    first, second = (f"{before}{text}{after}" for text in shown)
    return first, second


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))


def write(path: Path, text: str) -> None:
    """What people wrote above the heading stays."""
    before, found, _ = path.read_text(encoding="utf-8").partition(HEADING)
    if not found:
        raise ValueError(f"{path} has no heading {HEADING.strip()!r}")
    path.write_text(before + text, encoding="utf-8")
