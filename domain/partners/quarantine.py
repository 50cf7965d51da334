"""The cases of what partners delivered and could not be processed: one for each time that a delivery is set aside,
quarantined or failed.

A case ends when people resolve it, or when the delivery is begun again without it: as it is, or with a mended body.
What is set aside once more has a case of its own.
"""

from collections.abc import Callable
from typing import Final

from domain.cases.kinds import CaseKind, ResolutionCode
from domain.cases.model import Case, Subject
from domain.cases.service import Cases
from domain.partners.model import Delivery
from domain.partners.service import DecisionRefusal, DeliveryContended, Partners
from domain.refusals import Refusal

SUBJECT: Final = "partner_delivery"
KIND: Final = CaseKind.PARTNER_DELIVERY_QUARANTINED
REPLAYED: Final = "The delivery was processed again."
_KEY: Final = "quarantined-"


class Quarantine:
    def __init__(self, *, cases: Cases, partners: Callable[[], Partners]) -> None:
        """`partners`: asked for when people have decided; it tells this in turn."""
        self._cases = cases
        self._partners = partners

    def opened(self, delivery: Delivery) -> None:
        """Asks people what is to become of it. Said again, it changes nothing."""
        self._cases.open(
            KIND,
            Subject(SUBJECT, delivery.id),
            key=f"{_KEY}{delivery.replays}",
            facts={
                "delivery": delivery.id,
                "partner": delivery.partner,
                "kind": delivery.kind,
                "reason": delivery.reason or "",
            },
        )

    def replayed(self, delivery: str, replays: int, by: str) -> None:
        """Nobody is to decide of it any more. Said again, it changes nothing."""
        ended = self._cases.end(
            KIND,
            Subject(SUBJECT, delivery),
            key=f"{_KEY}{replays}",
            code=ResolutionCode.REPLAY,
            reason=REPLAYED,
            person=by,
        )
        if isinstance(ended, Refusal):
            raise DeliveryContended(f"the case of {delivery} is changed by others")

    def decided(self, case: Case) -> DecisionRefusal | None:
        """Acts on the resolution of such a case."""
        if case.resolution is None:
            raise ValueError(f"{case.id} has no resolution")
        partners, by = self._partners(), case.resolution.person
        replays = int(case.key.removeprefix(_KEY))
        if case.resolution.code is ResolutionCode.REPLAY:
            return partners.replay_as_decided(case.subject.id, replays=replays, by=by)
        return partners.discard_as_decided(case.subject.id, replays=replays, by=by)
