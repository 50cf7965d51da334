"""The ways in which one call can go wrong, as one list: each becomes a plan for the network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ReadTimeoutError

from tests.crash.network import Call, Late, Overtaken, PartlyTaken, Plan, Trouble, Twice, transaction_conflict
from tests.faults import Killed, LostAnswer, LostRequest, OtherAnswer, Sent, Spoil

THROTTLES: Final = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "sqs": (400, "ThrottlingException"),
    "scheduler": (429, "ThrottlingException"),
    "s3": (503, "SlowDown"),
}
THROTTLED_TIMES: Final = 3
"""As often as the SDK sends at most: the code above it is to hear of it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a mode must know of a use case to fit it."""

    asked: bool
    """A client of the API asks for it: a person, who may go away."""
    mended_at_once: bool
    """What ends it comes within minutes, while a call or a process may still be under way."""


@dataclass(frozen=True, slots=True)
class Mode:
    name: str
    says: str
    spoil: Callable[[Call, Sent], Trouble]
    fits: Callable[[Call], bool] = lambda _: True
    suits: Callable[[Scene], bool] = lambda _: True
    times: int = 1
    """How many calls in a row, when they are the same call made again."""
    dies_again: bool = False
    kills: bool = False
    forsaken: bool = False
    """Nobody asks again."""

    def plan(self, number: int) -> Plan:
        """Spoils the call of this number, and what repeats it at once."""
        first: list[Call] = []

        def decide(call: Call, sent: Sent) -> Trouble | None:
            if call.number == number and self.fits(call):
                first.append(call)
            elif not first or call.number >= number + self.times or str(call) != str(first[0]):
                return None
            return self.spoil(call, sent)

        return decide


def _killed_before(_: Call, __: Sent) -> Spoil:
    return LostRequest(Killed())


def _killed_after(_: Call, __: Sent) -> Spoil:
    return LostAnswer(Killed())


def _answer_lost(_: Call, __: Sent) -> Spoil:
    return LostAnswer(ReadTimeoutError(endpoint_url="the engine"))


def _throttled(call: Call, _: Sent) -> Spoil:
    status, code = THROTTLES.get(call.service, (400, "ThrottlingException"))
    return OtherAnswer(status, code, "Rate exceeded")


def _conflict(_: Call, sent: Sent) -> Spoil:
    return transaction_conflict(sent)


def _twice(_: Call, __: Sent) -> Twice:
    return Twice()


def _late(_: Call, __: Sent) -> Late:
    return Late()


def _overtaken(_: Call, __: Sent) -> Overtaken:
    return Overtaken()


def _partly_taken(_: Call, __: Sent) -> PartlyTaken:
    return PartlyTaken()


def _writes(call: Call) -> bool:
    return not call.reads


def _conditional(call: Call) -> bool:
    return call.conditional


def _of_events(call: Call) -> bool:
    return call.operation == "PutEvents"


def _asked(scene: Scene) -> bool:
    return scene.asked


def _mended_at_once(scene: Scene) -> bool:
    return scene.mended_at_once


MODES: Final = (
    Mode("killed before", "the process dies as the call is about to leave", _killed_before, kills=True),
    Mode(
        "killed after", "the call is done, and the process dies before it hears so", _killed_after, _writes, kills=True
    ),
    Mode("answer lost", "the call is done, its answer times out, whoever made it asks again", _answer_lost),
    Mode(
        "throttled",
        f"the call and its repetitions are turned away {THROTTLED_TIMES} times",
        _throttled,
        times=THROTTLED_TIMES,
    ),
    Mode("conflict", "another transaction holds an item: nothing is written", _conflict, _conditional),
    Mode("done twice", "the same call is done twice, and the second answer is heard", _twice, _writes),
    Mode("partly taken", "the bus takes every second entry and says so of the others", _partly_taken, _of_events),
    Mode(
        "killed again",
        "killed after the call, and once more at a call of the recovery",
        _killed_after,
        dies_again=True,
    ),
    Mode("lands late", "the process dies, and the call is done after the recovery", _late, _writes, _mended_at_once),
    Mode(
        "overtaken",
        "the call waits until whoever asked has been served by another process, then this one goes on",
        _overtaken,
        suits=_mended_at_once,
    ),
    Mode(
        "forsaken",
        "killed after the call, and whoever asked never comes back",
        _killed_after,
        _writes,
        _asked,
        forsaken=True,
    ),
)
PAIRED: Final = ("killed before", "killed after", "answer lost", "throttled", "conflict", "done twice")
"""What a fault of a pair may be."""
BY_NAME: Final = {mode.name: mode for mode in MODES}
