"""`florin sponsor`: looks at the sponsor bank of the local bank, and tells it what to do, or to do wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.commands.options import FOLDER, FolderOption, JsonOption, RegionOption, region_of, running_bank

if TYPE_CHECKING:
    from ops.local.bank import LocalBank
    from ops.sponsor.bank import SponsorBank
    from ops.sponsor.bucket import Bucket
    from ops.sponsor.drafting import Wish
    from ops.sponsor.state import InboundFile, Message, State

FILES_SHOWN = 20
FILE_BYTES_MAX = 10_000_000
"""More than ten thousand lines of 95 bytes, which banks take at most."""

app = typer.Typer(help="The sponsor bank beside the local bank.", no_args_is_help=True)

FileName = Annotated[str, typer.Argument(metavar="FILE", help="The name of a file of ours, with or without .ach.")]
Trace = Annotated[str, typer.Argument(metavar="TRACE", help="Fifteen digits of an entry.")]
CodeOption = Annotated[str | None, typer.Option("--code", help="Such as REJ0103.")]
OfFile = Annotated[
    str | None, typer.Option("--file", help="The file of the entry; else the latest with that trace number.")
]
Number = Annotated[str, typer.Option("--account", metavar="NUMBER", help="An account number here.")]
Amount = Annotated[str, typer.Option("--amount", help="Dollars and cents, such as 12.34.")]
Sec = Annotated[str, typer.Option("--sec", help="PPD, CCD, WEB or TEL.")]
Prenote = Annotated[bool, typer.Option("--prenote", help="A prenotification, which moves nothing.")]
Savings = Annotated[bool, typer.Option("--savings", help="The account is said to be one for savings.")]


class SponsorRefused(Exception):
    """The sponsor bank cannot do that. The message is one sentence."""


@app.command()
def status(folder: FolderOption = FOLDER, as_json: JsonOption = False) -> None:
    """What it has taken, said and been told to do wrong."""
    from ops.sponsor.keeping import condition, seen

    state = seen(folder.resolve())
    document = as_document(state, condition(folder.resolve(), now()))
    typer.echo(json.dumps(document, indent=2) if as_json else as_text(document))


@app.command()
def entries(file: FileName, folder: FolderOption = FOLDER, as_json: JsonOption = False) -> None:
    """The entries of a file that it has taken, as their receivers' statements would show them: by their trace numbers,
    micro-entries among them."""
    from ops.sponsor.keeping import seen

    taken = seen(folder.resolve()).files.get(named(file))
    if taken is None:
        raise SponsorRefused(f"the sponsor bank has taken no file {named(file)}")
    rows = [{"trace": trace, **asdict(entry)} for trace, entry in taken.entries.items()]
    typer.echo(json.dumps(rows, indent=2) if as_json else "\n".join(map(entry_line, rows)))


@app.command()
def misbehave(
    name: Annotated[str, typer.Argument(help="`florin sponsor misbehaviours` lists them.")],
    *,
    folder: FolderOption = FOLDER,
    times: Annotated[int, typer.Option("--times", min=1, help="For how many files.")] = 1,
    always: Annotated[bool, typer.Option("--always", help="For every file, until it is to behave.")] = False,
    code: CodeOption = None,
    seconds: Annotated[int | None, typer.Option("--seconds", min=1, help="How late.")] = None,
    batch: Annotated[int | None, typer.Option("--batch", help="A batch number.")] = None,
    trace: Annotated[str | None, typer.Option("--trace", help="A trace number.")] = None,
) -> None:
    """Have it err with the next files."""
    with orders(folder) as bank:
        switch = bank.misbehave(
            name, times=None if always else times, code=code, seconds=seconds, batch=batch, trace=trace
        )
    typer.echo(f"{switch.name}: {'every file' if switch.times is None else f'the next {switch.times}'}")


@app.command()
def misbehaviours() -> None:
    """What it can do wrong."""
    from ops.sponsor.misbehaviour import MISBEHAVIOURS

    for one in MISBEHAVIOURS.values():
        typer.echo(f"{one.name:<16} {one.does}")


@app.command()
def behave(folder: FolderOption = FOLDER) -> None:
    """Have it do everything right from now on."""
    with orders(folder) as bank:
        count = bank.behave()
    typer.echo(f"switched off: {count}")


@app.command()
def acknowledge(file: FileName, folder: FolderOption = FOLDER) -> None:
    """Have it say that it has a file, whatever it said before."""
    with orders(folder) as bank:
        said(bank.acknowledge(named(file), now=now()))


@app.command()
def reject(
    file: FileName,
    *,
    folder: FolderOption = FOLDER,
    level: Annotated[str, typer.Option("--level", help="FILE, BATCH or ENTRY.")] = "FILE",
    code: CodeOption = None,
    batch: Annotated[int | None, typer.Option("--batch", help="Its number; else the first.")] = None,
    trace: Annotated[str | None, typer.Option("--trace", help="Of the entry; else the first.")] = None,
) -> None:
    """Have it say that it does not take a file, a batch or an entry, whatever it said before."""
    with orders(folder) as bank:
        said(bank.reject(named(file), level=level.upper(), code=code, batch=batch, trace=trace, now=now()))


@app.command("return")
def give_back(
    trace: Trace,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Such as R01.")],
    folder: FolderOption = FOLDER,
    file: OfFile = None,
    died_on: Annotated[str, typer.Option("--died-on", metavar="YYMMDD", help="For R14 and R15.")] = "",
) -> None:
    """Have the receiver's bank return an entry of ours."""
    content = content_of(running_bank(folder), trace, file)
    with orders(folder) as bank:
        delivered(bank.give_back(content, trace, code.upper(), died_on=died_on, now=now()))


@app.command()
def noc(
    trace: Trace,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Such as C01.")],
    data: Annotated[str, typer.Argument(metavar="DATA", help="The corrected data, in the columns of the rules.")],
    folder: FolderOption = FOLDER,
    file: OfFile = None,
) -> None:
    """Have the receiver's bank send a notification of change about an entry of ours."""
    content = content_of(running_bank(folder), trace, file)
    with orders(folder) as bank:
        delivered(bank.notify_of_change(content, trace, code.upper(), data, now=now()))


@app.command()
def dishonour(
    trace: Trace,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Such as R69.")],
    folder: FolderOption = FOLDER,
    file: OfFile = None,
) -> None:
    """Have the bank that originated send a return of ours back."""
    content = content_of(running_bank(folder), trace, file)
    with orders(folder) as bank:
        delivered(bank.dishonour(content, trace, code.upper(), now=now()))


@app.command()
def contest(
    trace: Trace,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Such as R73.")],
    folder: FolderOption = FOLDER,
    file: OfFile = None,
) -> None:
    """Have the bank that returned contest a dishonour of ours."""
    content = content_of(running_bank(folder), trace, file)
    with orders(folder) as bank:
        delivered(bank.contest(content, trace, code.upper(), now=now()))


@app.command()
def deliver(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Any file; it is delivered as it is.")],
    folder: FolderOption = FOLDER,
    region: RegionOption = None,
) -> None:
    """Have it deliver a file to us."""
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            raise SponsorRefused(f"{file} is longer than {FILE_BYTES_MAX} bytes")
        content = file.read_bytes()
    except OSError as failed:
        raise SponsorRefused(f"{file} cannot be read: {failed.strerror}") from failed
    where = region_of(running_bank(folder), region)
    with orders(folder) as bank:
        delivered(bank.deliver(content, region=where, now=now()))


@app.command()
def credit(
    *,
    account: Number,
    amount: Amount = "0.00",
    folder: FolderOption = FOLDER,
    region: RegionOption = None,
    sec: Sec = "PPD",
    prenote: Prenote = False,
    savings: Savings = False,
) -> None:
    """Have somebody elsewhere send money to an account here."""
    originate(folder, region, wish(account, amount, credit=True, sec=sec, prenote=prenote, savings=savings))


@app.command()
def debit(
    *,
    account: Number,
    amount: Amount = "0.00",
    folder: FolderOption = FOLDER,
    region: RegionOption = None,
    sec: Sec = "PPD",
    prenote: Prenote = False,
    savings: Savings = False,
) -> None:
    """Have somebody elsewhere take money from an account here."""
    originate(folder, region, wish(account, amount, credit=False, sec=sec, prenote=prenote, savings=savings))


def wish(account: str, amount: str, *, credit: bool, sec: str, prenote: bool, savings: bool) -> Wish:
    from domain.money import MoneyMalformed, parse
    from ops.sponsor.drafting import Wish

    try:
        minor = parse(amount, "USD").minor
    except MoneyMalformed as malformed:
        raise SponsorRefused(str(malformed)) from malformed
    return Wish(
        account_number=account,
        amount_minor=minor,
        credit=credit,
        sec=sec.upper(),
        is_prenote=prenote,
        savings=savings,
    )


def originate(folder: Path, region: str | None, asked: Wish) -> None:
    where = region_of(running_bank(folder), region)
    with orders(folder) as bank:
        delivered(bank.originate(asked, region=where, now=now()))


# What the commands share.


@contextmanager
def orders(folder: Path) -> Iterator[SponsorBank]:
    """The sponsor bank, to be told something; what it refuses is said in its sentence."""
    from ops.sponsor.bank import OrderRefused
    from ops.sponsor.drafting import NotDrafted
    from ops.sponsor.keeping import opened
    from ops.sponsor.misbehaviour import MisbehaviourUnknown
    from ops.sponsor.state import StateUnreadable

    try:
        with opened(folder.resolve()) as bank:
            yield bank
    except (MisbehaviourUnknown, NotDrafted, OrderRefused, StateUnreadable) as refused:
        raise SponsorRefused(str(refused)) from refused


def content_of(bank: LocalBank, trace: str, file: str | None) -> bytes:
    """The text of the file of ours that the entry is in."""
    with orders(bank.folder) as sponsor:
        taken = sponsor.file(named(file)) if file else sponsor.file_of_trace(trace)
    name, bucket = taken.name, buckets(bank).get(taken.region)
    content = bucket.get(name) if bucket else None
    if content is None:
        raise SponsorRefused(f"the exchange has no file {name} any more")
    return content


def buckets(bank: LocalBank) -> dict[str, Bucket]:
    from ops.sponsor.run import NoExchange, buckets_of

    try:
        return buckets_of(bank)
    except NoExchange as missing:
        raise SponsorRefused(str(missing)) from missing


def named(file: str) -> str:
    return file if file.endswith(".ach") else f"{file}.ach"


def now() -> datetime:
    return datetime.now(UTC)


def said(message: Message) -> None:
    typer.echo(f"{message.id} {message.kind}")


def delivered(file: InboundFile) -> None:
    typer.echo(file.name)


def as_document(state: State, condition: str) -> dict[str, Any]:
    return {
        "condition": condition,
        "files": [
            {
                "name": file.name,
                "region": file.region,
                "state": file.state,
                "taken_at": file.taken_at,
                "entries": {
                    word: count
                    for word in ("OPEN", "SETTLED", "REJECTED", "RETURNED")
                    if (count := sum(entry.state == word for entry in file.entries.values()))
                },
                "debit_minor": file.debit_minor,
                "credit_minor": file.credit_minor,
                "answers": [
                    {"id": one.id, "kind": one.kind, "state": one.state, "tries": one.tries, "said": one.said}
                    for one in (state.messages[key] for key in file.answers if key in state.messages)
                ],
            }
            for file in reversed(state.files.values())
        ],
        "misbehaving": [{"name": one.name, "times": one.times} for one in state.switches],
        "delivering": [one.name for one in state.inbound.values() if one.text is not None],
    }


def entry_line(row: dict[str, Any]) -> str:
    dollars, cents = divmod(row["amount_minor"], 100)
    side, on = "credit" if row["credit"] else "debit", row["effective_on"] or "no date"
    amount, state = f"{dollars}.{cents:02d}", row["state"].lower()
    return f"{row['trace']}  {side:<6}  {amount}  {on}  {state}  {row['code'] or ''}".rstrip()


def as_text(document: dict[str, Any]) -> str:
    lines = [f"the sponsor bank is {document['condition']}"]
    for file in document["files"][:FILES_SHOWN]:
        entries = ", ".join(f"{count} {word.lower()}" for word, count in file["entries"].items()) or "no entries"
        lines.append(f"{file['name']}  {file['region']}  {file['state'].lower()}  {entries}")
        lines += [
            f"  {one['kind']}  {one['state'].lower()}  tries {one['tries']}  {one['said']}".rstrip()
            for one in file["answers"]
        ]
    if (more := len(document["files"]) - FILES_SHOWN) > 0:
        lines.append(f"... {more} older files")
    lines += [
        f"misbehaves: {one['name']} ({'every file' if one['times'] is None else one['times']})"
        for one in document["misbehaving"]
    ]
    lines += [f"on its way to us: {name}" for name in document["delivering"]]
    return "\n".join(lines)
