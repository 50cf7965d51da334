"""The drill in which the sponsor bank is silent: it passes on the bank as it is, and fails on one that guesses."""

import pytest

from ops.drills import partner_silent
from ops.drills.in_process import InProcess
from ops.drills.run import play
from ops.drills.time_line import TimeLine
from ops.drills.world import CaseSeen
from ops.sponsor.state import Message


def played(world: InProcess) -> TimeLine:
    return play(partner_silent.NAME, world, lambda _: None)


def test_silence_garbage_and_late_answers_end_as_they_must() -> None:
    line = played(InProcess())
    assert line.failed is None
    assert [one.step for one in line.lines] == [
        "a file is sent",
        "deadline 1 passes",
        "deadline 2 passes",
        "deadline 3 passes",
        "another file goes on",
        *(f"it says {name}" for name in partner_silent.GARBAGE),
        "it answers at last, twice",
        "somebody notes it",
        "answers come in another order",
    ]


class SendsAgain(InProcess):
    def sent_files(self) -> tuple[str, ...]:
        cases = len(self.bank.cases.unresolved())
        return (*super().sent_files(), *(f"again-{number}" for number in range(cases)))


class AsksNobody(InProcess):
    def cases(self, subject: str) -> tuple[CaseSeen, ...]:
        return ()


class AsksTwice(InProcess):
    def cases(self, subject: str) -> tuple[CaseSeen, ...]:
        return super().cases(subject) * 2


class Believes(InProcess):
    """Its door does not look at signatures."""

    def _receive(self, message: Message) -> tuple[bool, str]:
        message.forged = False
        return super()._receive(message)


class Guesses(InProcess):
    """It takes silence for an answer."""

    def pass_acknowledgement_deadline(self) -> None:
        for name in self.sponsor_bank.state.files:
            self.sponsor_bank.acknowledge(name, now=self.now())
        super().pass_acknowledgement_deadline()


@pytest.mark.parametrize(
    ("world", "assertion"),
    [
        (SendsAgain, "nothing is sent again"),
        (AsksNobody, "people are asked"),
        (AsksTwice, "there is one case PARTNER_SILENT"),
        (Believes, "wrong-signature is set aside"),
        (Guesses, "the payment waits"),
    ],
)
def test_a_bank_that_is_not_as_it_must_be_fails_it(world: type[InProcess], assertion: str) -> None:
    line = played(world())
    assert line.failed is not None
    assert line.failed.assertion == assertion
