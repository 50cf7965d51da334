"""The ways in which one call can go wrong, as one list: each becomes a plan for the network."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ReadTimeoutError

from tests.crash.network import Call, Plan, Twice, transaction_conflict
from tests.faults import Killed, LostAnswer, LostRequest, OtherAnswer, Sent, Spoil

THROTTLES: Final = {
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "sqs": (400, "ThrottlingException"),
    "scheduler": (429, "ThrottlingException"),
}
THROTTLED_TIMES: Final = 3
"""As often as the SDK sends at most: the code above it is to hear of it."""


@dataclass(frozen=True, slots=True)
class Mode:
    name: str
    says: str
    spoil: Callable[[Call, Sent], Spoil | Twice]
    fits: Callable[[Call], bool] = lambda _: True
    times: int = 1
    """How many calls in a row, when they are the same call made again."""
    dies_again: bool = False

    def plan(self, number: int) -> Plan:
        """Spoils the call of this number, and what repeats it at once."""
        first: list[Call] = []

        def decide(call: Call, sent: Sent) -> Spoil | Twice | None:
            if call.number == number:
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


def _writes(call: Call) -> bool:
    return not call.reads


def _conditional(call: Call) -> bool:
    return call.conditional


MODES: Final = (
    Mode("killed before", "the process dies as the call is about to leave", _killed_before),
    Mode("killed after", "the call is done, and the process dies before it hears so", _killed_after, _writes),
    Mode("answer lost", "the call is done, its answer times out, whoever made it asks again", _answer_lost),
    Mode(
        "throttled",
        f"the call and its repetitions are turned away {THROTTLED_TIMES} times",
        _throttled,
        times=THROTTLED_TIMES,
    ),
    Mode("conflict", "another transaction holds an item: nothing is written", _conflict, _conditional),
    Mode("done twice", "the same call is done twice, and the second answer is heard", _twice, _writes),
    Mode(
        "killed again",
        "killed after the call, and once more at a call of the recovery",
        _killed_after,
        dies_again=True,
    ),
)
BY_NAME: Final = {mode.name: mode for mode in MODES}
