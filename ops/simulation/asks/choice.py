"""Which of all that can be asked is asked next."""

from collections.abc import Callable
from typing import Final

from ops.simulation.asks import accounts, badly, holds, money, orders
from ops.simulation.operations import Operation
from ops.simulation.scene import Scene

MAKERS: Final[tuple[tuple[Callable[[Scene], Operation | None], float], ...]] = (
    (money.transfer, 14),
    (money.preview, 2),
    (money.split, 3),
    (money.exchange, 3),
    (money.money_in, 11),
    (money.money_out, 13),
    (money.prefund, 1.5),
    (money.reverse, 7),
    (holds.place, 10),
    (holds.raise_, 4),
    (holds.capture, 8),
    (holds.clear, 2),
    (holds.release, 4),
    (holds.one_too_many, 0.1),
    (accounts.opening, 1),
    (accounts.freeze, 3),
    (accounts.thaw, 4),
    (accounts.close, 3),
    (accounts.close_too_soon, 1.5),
    (accounts.set_limits, 3),
    (accounts.set_joint_limits, 2),
    (accounts.start_batching, 3),
    (accounts.end_batching, 1),
    (orders.order, 4),
    (orders.cancel, 1),
    (badly.other_body, 2),
    (badly.again, 3),
    (badly.nonsense, 3),
    (badly.back_dated, 1),
    (badly.unknown_hold, 0.5),
)
KEPT: Final = 0.7
"""Share of what can be asked that is asked in one history at all: what is left meets itself more often."""


class Choice:
    def __init__(self, scene: Scene) -> None:
        kept = [(make, weight) for make, weight in MAKERS if make is money.transfer or scene.chance(KEPT)]
        self._scene = scene
        self._makers = [make for make, _ in kept]
        self._weights = [weight for _, weight in kept]

    def next(self) -> Operation:
        """The first of a few draws that makes sense now."""
        while True:
            made = self._scene.rng.choices(self._makers, self._weights)[0](self._scene)
            if made is not None:
                return made
