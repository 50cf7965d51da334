"""Tables of ledger stories: rows in, results out.

    == part of a hold is captured, and the rest stays held
    open alice               | POSTED                             | alice 0/0/0
    deposit alice 100        | POSTED                             | alice 100/0/100
    h: hold alice 30         | POSTED                             | alice 100/30/70
    card alice h 31          | HOLD_TOO_SMALL remaining_minor=30  |
    k1: card alice h 20      | POSTED                             | alice 80/10/70

A row is a step of `story`, with the same verbs, then what it is answered, then the balances it leaves.

The answer is POSTED or the code of the refusal, `again` when the key had been used before, and facts of the journal or
the refusal (`name=value`). Verbs that ask nothing of the ledger answer DONE; those that read answer what they read,
or NONE. Balances are ledger/held/available, then the status unless it is OPEN, then further figures of the state.
Internal accounts (`@book`) and shards (`shard0`) show one number, `alice@2026-03-09` her balance by effective date.

Every row says more than it shows: an account that it does not name is exactly as it was; a preview gave the same
answer; asked again under the same key the ledger answers the same and writes nothing; all invariants hold.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from domain.ids import account_id
from domain.ledger.events import JournalRefused, LedgerEvent
from domain.ledger.model import Balance, Line, Position, Posted, Refused, State, Status
from domain.ledger.outbox import Outbox
from domain.ledger.outbox_memory import MemoryBus, MemoryMarks
from domain.ledger.shards import shard_account
from domain.ledger.store import Slice
from domain.refusals import Refusal
from tests.unit.ledger import story
from tests.unit.ledger.story import Answer, Story, span
from tests.unit.ledger.world import PLACES, World, code

TITLE: Final = "== "
CELLS: Final = 3
NONE: Final = "NONE"
"""What a verb answers that reads and finds nothing."""
_COMMAND = re.compile(r"(?:(?P<label>\w+): )?(?P<verb>\w+)\s*(?P<rest>.*)")


class TableMalformed(ValueError):
    """A table does not read as one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, with where it stands."""

    where: str
    label: str | None
    verb: str
    words: tuple[str, ...]
    options: Mapping[str, str]
    answer: str
    shows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    rows: tuple[Row, ...]


def tables_of(path: Path) -> tuple[Table, ...]:
    return tables_in(path.read_text("utf-8"), path.name)


def tables_in(text: str, name: str) -> tuple[Table, ...]:
    """The tables of a text; `#` begins a remark."""
    found: dict[str, list[Row]] = {}
    title: str | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.partition("#")[0].strip()
        if content.startswith(TITLE):
            title = content.removeprefix(TITLE)
            if title in found:
                raise TableMalformed(f"{name}:{number}: two tables of one title")
            found[title] = []
        elif content:
            if title is None:
                raise TableMalformed(f"{name}:{number}: a row before the first title")
            found[title].append(_row(content, f"{name}:{number}"))
    return tuple(Table(title, tuple(rows)) for title, rows in found.items())


def _row(text: str, where: str) -> Row:
    cells = [cell.strip() for cell in text.split("|")]
    command = _COMMAND.fullmatch(cells[0])
    if len(cells) != CELLS or command is None or not cells[1]:
        raise TableMalformed(f"{where}: a row is a command, an answer and balances: {text}")
    words = command["rest"].split()
    return Row(
        where=f"{where}: {cells[0]}",
        label=command["label"],
        verb=command["verb"],
        words=tuple(word for word in words if "=" not in word),
        options=dict(word.split("=", 1) for word in words if "=" in word),
        answer=cells[1],
        shows=tuple(shown.strip() for shown in cells[2].split(",") if shown.strip()),
    )


class Bank(World):
    """A world that asks everything three times: as a preview, in earnest, and again under the same key."""

    def __init__(self) -> None:
        super().__init__(shards=2)
        self.kinds: set[str] = set()
        self.bus = MemoryBus()
        self.outbox = Outbox(store=self.store, bus=self.bus, marks=MemoryMarks(), settings=self.settings)

    def post(self, kind: str, **parts: object) -> Posted | Refused:
        command = self.command(kind, **parts)
        self.kinds.add(kind)
        would = self.ledger.preview(command)
        answer = self.ledger.post(command)
        assert code(would) == code(answer), (would, answer)
        journals = len(self.journals())
        again = self.ledger.post(command)
        assert _told(again) == _told(answer), (again, answer)
        assert again.replayed == (answer.journal is not None)
        assert len(self.journals()) == journals, "the same key wrote a second journal"
        return answer

    def refuse(self, kind: str, refusal: Refusal, **parts: object) -> Posted | Refused:
        """As `post`, but for the preview: what is decided elsewhere nobody previews here."""
        command = self.command(kind, **parts)
        answer = self.ledger.refuse(command, refusal)
        journals = len(self.journals())
        for again in (self.ledger.refuse(command, refusal), self.ledger.post(command), self.ledger.answered(command)):
            assert again is not None
            assert _told(again) == _told(answer), (again, answer)
            assert again.replayed == (answer.journal is not None)
        assert len(self.journals()) == journals, "the same key wrote a second journal"
        return answer

    def snapshot(self) -> dict[str, State]:
        """Every account's last line."""
        return dict(self.ledger.heads(list(self.accounts.values())))


def _told(answer: Answer) -> tuple[object, ...]:
    return (answer.journal, dict(answer.states)) if isinstance(answer, Posted) else (answer.refusal, answer.journal)


class Teller(Story):
    """Plays one table."""

    def __init__(self) -> None:
        self.bank = Bank()
        super().__init__(self.bank)
        self.answers: set[str] = set()

    def play(self, table: Table) -> None:
        for row in table.rows:
            self._play(row)

    def _play(self, row: Row) -> None:
        before = self.bank.snapshot()
        verb = VERBS.get(row.verb)
        if verb is None:
            raise TableMalformed(f"{row.where}: there is no verb {row.verb}")
        answer = verb(self, list(row.words), dict(row.options))
        if isinstance(answer, Posted | Refused):
            self._answered(answer, row)
        else:
            assert (answer or "DONE") == row.answer, f"{row.where}: {answer}"
        if row.label:
            assert isinstance(answer, Posted), row.where
            self.said[row.label] = answer
        for shown in row.shows:
            self._show(shown, row.where)
        self._untouched(before, row)
        self.bank.check()

    def _answered(self, answer: Answer, row: Row) -> None:
        self.answers.add(code(answer))
        word, *rest = row.answer.split()
        assert code(answer) == word, f"{row.where}: {answer}"
        assert ("again" in rest) == answer.replayed, f"{row.where}: heard before is {answer.replayed}"
        told: object = answer.journal if isinstance(answer, Posted) else answer.refusal
        for fact in rest:
            if fact != "again":
                name, wanted = fact.split("=")
                assert str(getattr(told, name)).replace(" ", "+") == wanted, f"{row.where}: {told}"

    def _show(self, shown: str, where: str) -> None:
        name, wanted, *more = shown.split()
        found = self._figures(name)
        assert found == wanted, f"{where}: {name} shows {found}, not {wanted}"
        if name in self.bank.accounts:
            state = self.bank.head(name)
            status = next((word for word in more if "=" not in word), Status.OPEN.value)
            assert state.status == status, f"{where}: {name} is {state.status}"
            for word in more:
                figure, is_named, value = word.partition("=")
                assert not is_named or str(getattr(state, figure)) == value, f"{where}: {name} {figure}"

    def _figures(self, name: str) -> str:
        """What a name of the balances' cell shows."""
        if name.startswith("@"):
            book, _, currency = name[1:].partition(":")
            return str(self.bank.book_minor(book, currency or "USD"))
        if name.startswith("inc:"):
            return str(self.bank.incoming_minor(name[4:]))
        if name.startswith("shard"):
            book = self.bank.internal("instant_prefund")
            number = int(name.removeprefix("shard"))
            return str(self.bank.state(shard_account(book, self.bank.settings.region, number)).ledger_minor)
        account, _, day = name.partition("@")
        if day:
            balance = self.bank.ledger.balance(self.bank.id(account), effective_on=date.fromisoformat(day))
            return "none" if balance is None else str(balance.ledger_minor)
        return "/".join(str(figure) for figure in self.bank.shows(account))

    def _untouched(self, before: Mapping[str, State], row: Row) -> None:
        named = {shown.split()[0].partition("@")[0] for shown in row.shows if "@" not in shown.split()[0]}
        after = self.bank.snapshot()
        for name, account in self.bank.accounts.items():
            if name not in named:
                assert after.get(account) == before.get(account), f"{row.where}: {name} changed and is not named"


def _open(teller: Story, words: list[str], options: dict[str, str]) -> Answer:
    """Opens an account, or asks to open it again."""
    world, name = teller.world, words[0]
    if name not in world.accounts:
        _stranger(teller, words, options)
    limits = story._limits(options) if {"overdraft", "per_transfer", "per_day"} & options.keys() else None
    under = tuple(world.id(limit) for limit in options["under"].split("+")) if "under" in options else None
    currency = words[1] if len(words) > 1 else "USD"
    return teller.post("account_opened", options, account=name, currency=currency, limits=limits, joint_limits=under)


def _stranger(teller: Story, words: list[str], _: dict[str, str]) -> None:
    """A well-formed account id that the bank never opened."""
    world = teller.world
    place = PLACES[world.settings.jurisdiction.code]
    world.accounts[words[0]] = account_id(place, world.clock.now(), world.randomness)


def _prefund(teller: Story, words: list[str], _: dict[str, str]) -> None:
    teller.world.open_prefund(*map(int, words))


def _fill(teller: Story, words: list[str], options: dict[str, str]) -> None:
    """So many holds of one minor unit."""
    name, count = words
    expires_at = teller.world.clock.now() + span(options["for"]) if "for" in options else None
    for _number in range(int(count)):
        teller.world.posted(
            "hold_placed", account=name, amounts={"amount": teller.money(name, "1")}, expires_at=expires_at
        )


def _lines(teller: Story, words: list[str], options: dict[str, str]) -> str:
    """A page of the statement, each line with what it moved, what it held, and the balance it left."""
    return _read(_page(teller, words, options), _moved)


def _history(teller: Story, words: list[str], options: dict[str, str]) -> str:
    """The same page, each line with the three balances it left."""
    return _read(_page(teller, words, options), lambda line: f"{line.kind}={_three(line.state)}")


def _page(teller: Story, words: list[str], options: dict[str, str]) -> Slice[Line]:
    """Lines strictly between two places of the log, which are numbered from 1."""
    epoch = teller.world.settings.epoch
    after, before = (Position(epoch, int(options[name])) if name in options else None for name in ("after", "before"))
    return teller.world.ledger.lines(
        teller.world.id(words[0]),
        after=after,
        before=before,
        descending="newest" in words,
        limit=int(options.get("limit", 100)),
    )


def _read(page: Slice[Line], shown: Callable[[Line], str]) -> str:
    texts = [shown(line) for line in page.rows] or [NONE]
    return " ".join([*texts, "more"] if page.more else texts)


def _moved(line: Line) -> str:
    held = f"[{line.held_change_minor:+d}]" if line.held_change_minor else ""
    return f"{line.kind}{line.amount_minor:+d}{held}={line.state.ledger_minor}"


def _three(shown: State | Balance) -> str:
    return f"{shown.ledger_minor}/{shown.held_minor}/{shown.available_minor}"


def _was(teller: Story, words: list[str], options: dict[str, str]) -> str:
    """The balances as booked so long ago, by the effective date `on`, or both."""
    name, *ago = words
    balance = teller.world.ledger.balance(
        teller.world.id(name),
        booked_at=teller.world.clock.now() - span(ago[0]) if ago else None,
        effective_on=date.fromisoformat(options["on"]) if "on" in options else None,
    )
    return NONE if balance is None else _three(balance)


def _events(teller: Story, _: list[str], __: dict[str, str]) -> str:
    """What left for others since it was last asked: the closed minutes, as the outbox's sweep publishes them."""
    assert isinstance(teller.world, Bank)
    heard = len(teller.world.bus.events)
    teller.world.outbox.sweep()
    return " ".join(_heard(event) for event in teller.world.bus.events[heard:]) or NONE


def _heard(event: LedgerEvent) -> str:
    amount = f"={event.amount.minor_units}" if event.amount else ""
    if isinstance(event, JournalRefused):
        return f"{event.kind}{amount}!{event.code}"
    return f"{event.kind}{amount}{'[hold]' if event.hold else ''}{'[reverses]' if event.reverses else ''}"


def _ask(teller: Story, words: list[str], options: dict[str, str]) -> Answer | str:
    """What a key led to, without the request that used it."""
    name, key = words
    answer = teller.world.ledger.outcome(initiator=teller.world.id(name), scope=options.get("scope", "bank"), key=key)
    return answer or "UNUSED"


TableVerb = Callable[[Story, list[str], dict[str, str]], Answer | str | None]
VERBS: Final[dict[str, TableVerb]] = {
    **story.VERBS,
    "open": _open,
    "stranger": _stranger,
    "prefund": _prefund,
    "fill": _fill,
    "lines": _lines,
    "history": _history,
    "was": _was,
    "events": _events,
    "ask": _ask,
}
