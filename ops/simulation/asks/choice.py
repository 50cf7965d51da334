"""Which of all that can be asked is asked next."""

from collections.abc import Callable
from itertools import accumulate
from typing import Final

from ops.simulation.asks import accounts, badly, holds, money, orders, strangely
from ops.simulation.asks.previews import looked_at_first
from ops.simulation.operations import Operation
from ops.simulation.scene import Scene

MAKERS: Final[tuple[tuple[Callable[[Scene], Operation | None], float], ...]] = (
    (money.transfer, 14),
    (money.preview, 2),
    (money.split, 3),
    (money.exchange, 3),
    (money.money_in, 11),
    (money.money_out, 13),
    (money.till, 4),
    (money.prefund, 1.5),
    (money.reverse, 7),
    (holds.place, 10),
    (holds.raise_, 4),
    (holds.capture, 8),
    (holds.clear, 2),
    (holds.release, 4),
    (holds.one_too_many, 0.15),
    (accounts.opening, 1),
    (accounts.freeze, 3),
    (accounts.thaw, 4),
    (accounts.close, 3),
    (accounts.close_too_soon, 1.5),
    (accounts.set_limits, 3),
    (accounts.set_joint_limits, 3),
    (accounts.start_batching, 3),
    (accounts.end_batching, 1),
    (orders.order, 5),
    (orders.cancel, 3),
    (badly.other_body, 2),
    (badly.again, 3),
    (badly.nonsense, 3),
    (badly.back_dated, 1),
    (badly.unknown_hold, 0.5),
    (strangely.not_theirs, 0.5),
    (strangely.from_elsewhere, 0.4),
    (strangely.to_elsewhere, 0.4),
    (strangely.key_of_an_opening, 0.4),
    (strangely.unknown_product, 0.4),
    (strangely.by_the_erased, 0.4),
    (strangely.above_the_product, 0.4),
    (strangely.key_of_an_order, 0.6),
    (strangely.of_another_jurisdiction, 0.4),
    (strangely.with_too_many, 0.1),
)
QUEUES: Final = 0.35
"""How often, while a request is late, it is a shop's next customer who comes: on the same books, in later minutes."""
LOOKED_AT: Final = 0.1
"""Share of the requests that can be looked at first, and are."""
KEPT: Final = 0.7
"""Share of what can be asked that is asked in one history at all: what is left meets itself more often."""


class Choice:
    def __init__(self, scene: Scene) -> None:
        always = (money.transfer, money.till) if scene.has_shop else (money.transfer,)
        kept = [(make, weight) for make, weight in MAKERS if make in always or scene.chance(KEPT)]
        self._scene = scene
        self._makers = [make for make, _ in kept]
        self._weights = list(accumulate(weight for _, weight in kept))

    def next(self) -> Operation:
        """The first of a few draws that makes sense now."""
        waits = self._scene.requests_late and self._scene.chance(QUEUES)
        if waits and (next_customer := money.till(self._scene)):
            return next_customer
        while True:
            made = self._scene.rng.choices(self._makers, cum_weights=self._weights)[0](self._scene)
            if made is not None:
                first = not made.asked and self._scene.chance(LOOKED_AT)
                return looked_at_first(made, self._scene) if first else made
