"""The fraud desk: two analysts who look at what is in review, and the sweep that brings on what they left."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Final

from domain.access.model import Approval, Verdict
from domain.cases.kinds import ResolutionCode
from domain.cases.model import Case, ResolutionNotCarriedOut, Stage
from domain.refusals import Refusal
from domain.transfers.model import TransferReview
from ops.simulation.callers import SILENCES, counted
from ops.simulation.cast import ANALYSTS, analyst
from ops.simulation.processes import Process
from ops.simulation.world import World

COMES: Final = (0.0, 0.3, 0.6)
"""Chance that an analyst takes up a case between two requests: in some histories nobody ever does."""
RELEASES: Final = 0.6
REFUSES: Final = 0.15
"""How often the second analyst does not agree to a release."""
FAR: Final = datetime.max.replace(tzinfo=UTC)
PAGE: Final = 100

Run = tuple[str, Callable[[Process], object]]
"""A name for the story, and what is done on a process."""


class Desk:
    def __init__(self, world: World) -> None:
        self._world = world
        self._comes = world.rng.choice(COMES)

    def next(self) -> Iterator[Run]:
        """What analysts do between two requests."""
        for case in self._open():
            if self._world.scene.chance(self._comes):
                yield self._step(case, release=self._world.scene.chance(RELEASES))

    def rest(self) -> Iterator[Run]:
        """Cases that are open again because their transfers had been declined meanwhile: somebody closes them."""
        for case in self._open():
            review = self._world.kept.reviews.review(case.subject.id)
            if review is not None and review.ended:
                yield self._step(case, release=False)

    @property
    def busy(self) -> bool:
        return bool(self.under_way()) or bool(self._open())

    def under_way(self) -> tuple[TransferReview, ...]:
        reviews = self._world.kept.reviews
        return reviews.reviews(reviews.due(through=FAR, limit=PAGE))

    def sweep(self, process: Process) -> object:
        """As the hourly run does it: what is wrong with one does not hold up the others."""
        cases, reviews = process.cases, process.transfers.reviews
        begun = [partial(cases.settle, case.id) for case in cases.unresolved() if case.resolution]
        settled = [self._brought_on(one) for one in begun]
        return settled, [self._brought_on(partial(reviews.bring_on, review)) for review in reviews.due()]

    def _brought_on(self, act: Callable[[], object]) -> object:
        try:
            return self._heard(act())
        except SILENCES as silence:
            return str(silence)

    def _open(self) -> list[Case]:
        cases = self._world.kept.cases
        return [case for case in cases.cases() if not (case.resolution and case.resolution.stage is Stage.CARRIED_OUT)]

    def _step(self, case: Case, *, release: bool) -> Run:
        scene, resolution = self._world.scene, case.resolution
        if resolution is None:
            code = ResolutionCode.RELEASE if release else ResolutionCode.REJECT
            name = f"{code.value} of {case.subject.id[-6:]}"
            return name, partial(self._resolve, case, scene.rng.choice(ANALYSTS), code, scene.key())
        if resolution.stage is Stage.PROPOSED:
            verdict = Verdict.REFUSE if scene.chance(REFUSES) else Verdict.APPROVE
            return f"{verdict.value} of the release of {case.subject.id[-6:]}", partial(self._check, case, verdict)
        return f"settling of {case.subject.id[-6:]}", lambda process: self._heard(process.cases.settle(case.id))

    def _resolve(self, case: Case, person: str, code: ResolutionCode, key: str, process: Process) -> object:
        return self._heard(process.cases.resolve(analyst(person), case.id, code=code, reason="Looked at.", key=key))

    def _check(self, case: Case, verdict: Verdict, process: Process) -> object:
        approval = process.approvals.get((case.resolution and case.resolution.approval) or "")
        if not isinstance(approval, Approval):
            return self._heard(process.cases.settle(case.id))  # its maker never came to ask
        checker = next(person for person in ANALYSTS if person != approval.maker)
        fingerprint = approval.proposal.fingerprint
        return self._heard(
            process.approvals.decide(analyst(checker), approval.id, verdict=verdict, fingerprint=fingerprint)
        )

    def _heard(self, answer: object) -> object:
        """Counts what people and the sweep were refused; inside of what was not carried out, the reason."""
        if isinstance(answer, ResolutionNotCarriedOut):
            self._world.happened(answer.reason_code)
        if isinstance(answer, Refusal):
            self._world.happened(counted(answer))
            return answer.code
        return "done"
