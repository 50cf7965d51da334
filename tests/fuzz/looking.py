"""Looking at one request: asked of a fresh bank in memory, and a second time, and everything that must hold judged."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz import corpus, judge, town
from tests.fuzz.requests import Answered, Sent


@dataclass
class Seen:
    """What came about in a run: a generator that asks nothing of interest fails."""

    answered: dict[str, int] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)

    def count(self, sent: Sent, answered: Answered) -> None:
        self.roles[sent.role] = self.roles.get(sent.role, 0) + 1
        for outcome in outcomes(answered):
            self.answered[outcome] = self.answered.get(outcome, 0) + 1


def outcomes(answered: Answered) -> list[str]:
    """The codes of errors and refusals, and the names of successes."""
    document = json.loads(answered.body)
    codes = [error["extensions"]["code"] for error in document.get("errors", ())]
    told = judge.typenames(document).values()
    return [*codes, *(str(found.get("code") or found["__typename"]) for found in told)] or ["data"]


class Broken(AssertionError):
    """Something that must hold of every answer does not; the message says what."""


def look(sent: Sent, seen: Seen | None = None) -> Answered:
    """Asks, and asks again. Raises `Broken` with what is wrong."""
    cast = town.cast()
    with town.inside(town.Town()) as bank:
        before = bank.written()
        answered = bank.answer(sent, cast)
        _require(judge.faults_of(sent, answered, cast=cast, secrets=bank.secrets(sent.role)))
        if seen:
            seen.count(sent, answered)
        after = bank.written()
        if after > before and not judge.may_write(sent, json.loads(answered.body)):
            raise Broken("a journal was written by what was not done")
        again = bank.answer(sent, cast)
        _require(judge.faults_of(sent, again, cast=cast, secrets=bank.secrets(sent.role)))
        if bank.written() > after:
            raise Broken("the same request a second time wrote another journal")
        if outcomes(again) != outcomes(answered):
            raise Broken(f"the same request was answered {outcomes(answered)}, and then {outcomes(again)}")
        if after > before:
            _require(bank.off())
    return answered


def _require(wrong: list[str]) -> None:
    if wrong:
        raise Broken("; ".join(wrong))


@dataclass
class Keeper:
    """Asks, and remembers the last request that broke something: once Hypothesis is done, that is the smallest."""

    asking: Callable[[Sent], object]
    broke: Sent | None = None
    why: str = ""

    def look(self, sent: Sent) -> None:
        try:
            self.asking(sent)
        except Broken as error:
            self.broke, self.why = sent, str(error)[:200]
            raise


@contextmanager
def keeping(asking: Callable[[Sent], object], *, folder: Path = corpus.FOLDER) -> Iterator[Keeper]:
    """Keeps what broke as a file of the corpus, and says how to send it again."""
    keeper = Keeper(asking)
    try:
        yield keeper
    except Broken as error:
        if keeper.broke:
            path = corpus.keep(keeper.broke, keeper.why, folder)
            error.add_note(f"{keeper.broke.role} sent {keeper.broke.body!r}")
            error.add_note(f"kept; to send it again: python -m tests.fuzz.replay {path}")
        raise
