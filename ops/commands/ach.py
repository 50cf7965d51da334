"""`florin ach`: looks into NACHA files and writes them as they should have come. No bank has to run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.commands.options import JsonOption  # noqa: TC001 - Typer reads annotations when it runs

if TYPE_CHECKING:
    from domain.rails.ach.nacha.findings import Finding
    from domain.rails.ach.nacha.profiles import Profile
    from domain.rails.ach.nacha.reading import BatchSummary, Result

CHUNK_BYTES = 1 << 16
SHOWN_MAX = 50
"""Errors and warnings for people; --json has all that are kept."""

app = typer.Typer(help="Look into NACHA files.", no_args_is_help=True)


class AchRefused(Exception):
    """The command could not be done. The message is one sentence."""


FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A NACHA file.")]
ProfileOption = Annotated[str, typer.Option("--profile", metavar="NAME", help="Which deviations are forgiven.")]


@app.command()
def inspect(file: FileArgument, as_json: JsonOption = False, profile: ProfileOption = "default") -> None:
    """Read a file, check it against every rule and balance it. Status 1 when it is not valid."""
    from domain.rails.ach.nacha.reading import inspect as read

    found = read(chunks_of(file), profile_named(profile))
    typer.echo(json.dumps(as_document(found), indent=2) if as_json else as_text(found))
    raise typer.Exit(0 if found.ok else 1)


@app.command()
def normalise(
    file: FileArgument,
    out: Annotated[Path | None, typer.Option("-o", "--output", help="Where to; standard output without.")] = None,
    profile: ProfileOption = "default",
) -> None:
    """Write a valid file as it should have come: 94 columns, LF, whole blocks. Status 1 when it is not valid."""
    from domain.rails.ach.nacha.reading import inspect as read
    from domain.rails.ach.nacha.writing import normalised

    rules = profile_named(profile)
    if file.exists() and not (file.is_file() or file.is_dir()):
        raise AchRefused(f"{file} is no file that can be read twice: first to check it, then to write it")
    found = read(chunks_of(file), rules)
    if found.ok and set(found.forgiven) & {"no-file-header", "no-file-control", "no-batch-control"}:
        raise AchRefused(f"{file} is not whole, so it cannot be written as one file")
    if not found.ok:
        typer.echo(as_text(found), err=True)
        raise typer.Exit(1)
    if out is not None and out.exists() and out.samefile(file):
        raise AchRefused(f"{file} is read while it is written; name another file to write")
    try:
        if out is None:
            sys.stdout.buffer.writelines(normalised(chunks_of(file), rules))
            sys.stdout.buffer.flush()
        else:
            with out.open("wb") as target:
                target.writelines(normalised(chunks_of(file), rules))
    except OSError as failed:
        raise AchRefused(f"{out or 'standard output'} cannot be written: {failed.strerror}") from failed


def profile_named(name: str) -> Profile:
    from domain.rails.ach.nacha.profiles import PROFILES

    if name not in PROFILES:
        raise AchRefused(f"there is no profile {name}; there are {', '.join(PROFILES)}")
    return PROFILES[name]


def chunks_of(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as source:
            while chunk := source.read(CHUNK_BYTES):
                yield chunk
    except OSError as failed:
        raise AchRefused(f"{file} cannot be read: {failed.strerror}") from failed


def as_document(found: Result) -> dict[str, Any]:
    header, totals = found.header, found.totals
    fields = {name: getattr(header, name) for name in header.layout.names} if header else {}
    return {
        "ok": found.ok,
        "profile": {"name": found.profile, "version": found.profile_version},
        "file": {name: value.strip() for name, value in fields.items()},
        "batches": [_batch(batch) for batch in found.batches],
        "totals": {
            "batches": totals.batches,
            "entries": totals.entries,
            "addenda": totals.addenda,
            "debit": totals.debit_minor,
            "credit": totals.credit_minor,
            "hash": f"{totals.entry_hash:010d}",
        },
        "errors": [_finding(one) for one in found.errors],
        "errors_count": found.errors_count,
        "warnings": [_finding(one) for one in found.warnings],
        "warnings_count": found.warnings_count,
        "forgiven": dict(found.forgiven),
    }


def _batch(batch: BatchSummary) -> dict[str, Any]:
    return {
        "number": batch.number,
        "sec": batch.sec,
        "service_class": batch.service_class,
        "company_id": batch.company_id.strip(),
        "effective_date": batch.effective_date,
        "entries": batch.entries,
        "addenda": batch.addenda,
        "debit": batch.debit_minor,
        "credit": batch.credit_minor,
        "hash": f"{batch.entry_hash:010d}",
    }


def _finding(one: Finding) -> dict[str, Any]:
    said: dict[str, Any] = {"line": one.line, "column": one.column, "code": one.code, "message": one.message}
    said["field"] = one.field
    if one.tolerance:
        said["tolerance"] = one.tolerance
    return said


def as_text(found: Result) -> str:
    lines = [f"{'valid' if found.ok else 'NOT VALID'} under profile {found.profile} {found.profile_version}"]
    if header := found.header:
        lines.append(
            f"from {header.immediate_origin.strip()} to {header.immediate_destination.strip()}, "
            f"created {header.creation_date} {header.creation_time}, file ID modifier {header.file_id_modifier}"
        )
    lines += [
        f"batch {batch.number}: {batch.sec} {batch.service_class}, company {batch.company_id.strip()}, "
        f"effective {batch.effective_date or '-'}, {_sums(batch)}"
        for batch in found.batches[:SHOWN_MAX]
    ]
    if len(found.batches) > SHOWN_MAX:
        lines.append(f"... {found.totals.batches - SHOWN_MAX} more batches")
    lines.append(f"in all {found.totals.batches} batches, {_sums(found.totals)}")
    lines += _shown("error", found.errors, found.errors_count)
    lines += _shown("warning", found.warnings, found.warnings_count)
    return "\n".join(lines)


def _sums(of: Any) -> str:
    return (
        f"{of.entries} entries, {of.addenda} addenda, debit {_dollars(of.debit_minor)}, "
        f"credit {_dollars(of.credit_minor)}, hash {of.entry_hash:010d}"
    )


def _dollars(minor: int) -> str:
    return f"{minor // 100:,}.{minor % 100:02d}"


def _shown(word: str, found: tuple[Finding, ...], count: int) -> list[str]:
    lines = [
        f"{word}: line {one.line}, column {one.column}: {one.message} [{one.code}"
        + (f", forgiven by {one.tolerance}]" if one.tolerance else "]")
        for one in found[:SHOWN_MAX]
    ]
    if count > SHOWN_MAX:
        lines.append(f"... {count - SHOWN_MAX} more of them")
    return lines
