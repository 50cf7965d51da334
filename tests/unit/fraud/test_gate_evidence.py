"""What counts as evidence when somebody promotes: another has agreed to these bytes, and bounds are still signed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.access.model import Verdict
from domain.fraud.kinds import Scope
from domain.fraud.refusals import FraudGateClosed
from domain.fraud.registry_model import ArtefactKind, Version
from domain.fraud.thresholds import Bound
from tests.unit.fraud.governance import (
    ANALYST,
    BOUNDS,
    LEAD,
    OTHER_ANALYST,
    OTHER_LEAD,
    Desk,
    model_document,
    passed,
    thresholds_document,
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestConsent:
    def test_an_author_who_is_a_lead_does_not_agree_to_their_own(self, desk: Desk) -> None:
        version = desk.ready(by=LEAD)
        approval = desk.asked(version, by=ANALYST)

        answer = desk.agreed(approval, by=LEAD)

        assert answer == FraudGateClosed(version.id, "APPROVAL_BY_ANOTHER")
        assert desk.used() is None

    def test_neither_does_one_whose_bytes_another_has_registered_again(self, desk: Desk) -> None:
        desk.bounded()
        own = desk.committed(ArtefactKind.THRESHOLDS, thresholds_document(), by=LEAD, key="own")
        again = desk.committed(ArtefactKind.THRESHOLDS, thresholds_document(), by=OTHER_ANALYST, key="again")
        assert own.sha256 == again.sha256
        approval = desk.asked(again, by=ANALYST)

        assert desk.agreed(approval, by=LEAD) == FraudGateClosed(again.id, "APPROVAL_BY_ANOTHER")
        assert desk.used(ArtefactKind.THRESHOLDS) is None
        assert passed(desk.registry.missing(LEAD, again.id)) == ("APPROVAL_BY_ANOTHER",)
        passed(desk.agreed(desk.asked(again, by=ANALYST, key="ask-2"), by=OTHER_LEAD))
        assert desk.used(ArtefactKind.THRESHOLDS) == again.id

    def test_the_author_of_other_bytes_does(self, desk: Desk) -> None:
        desk.bounded()
        desk.committed(ArtefactKind.THRESHOLDS, thresholds_document(review=0.4), by=LEAD, key="own")
        other = desk.committed(ArtefactKind.THRESHOLDS, thresholds_document(), key="other")

        passed(desk.agreed(desk.asked(other), by=LEAD))
        assert desk.used(ArtefactKind.THRESHOLDS) == other.id

    def test_a_refused_approval_promotes_nothing(self, desk: Desk) -> None:
        version = desk.ready()
        approval = desk.asked(version)
        desk.approvals.decide(LEAD, approval.id, verdict=Verdict.REFUSE, fingerprint=approval.proposal.fingerprint)

        assert desk.registry.promote(ANALYST, version.id) == FraudGateClosed(version.id, "APPROVAL")

    def test_an_approval_that_was_given_too_long_ago_promotes_nothing(self, desk: Desk) -> None:
        version = desk.ready()
        approval = desk.asked(version)
        passed(
            desk.approvals.check(LEAD, approval.id, verdict=Verdict.APPROVE, fingerprint=approval.proposal.fingerprint)
        )
        desk.clock.time += timedelta(days=4)

        assert desk.registry.promote(ANALYST, version.id) == FraudGateClosed(version.id, "APPROVAL")

    def test_an_approval_of_one_version_promotes_no_other(self, desk: Desk) -> None:
        """Even if the record of the other named it."""
        approval = desk.asked(desk.ready())
        passed(
            desk.approvals.check(LEAD, approval.id, verdict=Verdict.APPROVE, fingerprint=approval.proposal.fingerprint)
        )
        other = desk.ready(model_document(0.9), key="draft-2")
        was = passed(desk.registry.version(LEAD, other.id))
        assert desk.store.replace(replace(was, approval=approval.id, revision=was.revision + 1), was=was)

        assert desk.registry.promote(ANALYST, other.id) == FraudGateClosed(other.id, "APPROVAL")


class TestThresholds:
    @pytest.fixture
    def version(self, desk: Desk) -> Version:
        return desk.committed(ArtefactKind.THRESHOLDS, thresholds_document(), key="t-1")

    def test_within_signed_bounds_they_decide_once_a_lead_agrees(self, desk: Desk, version: Version) -> None:
        desk.bounded()
        passed(desk.agreed(desk.asked(version)))

        assert desk.used(ArtefactKind.THRESHOLDS) == version.id

    def test_without_bounds_nobody_is_even_asked(self, desk: Desk, version: Version) -> None:
        answer = desk.registry.request_promotion(ANALYST, version.id, reason="now", key="k")

        assert answer == FraudGateClosed(version.id, "BOUNDS")

    @pytest.mark.parametrize(
        "document", [thresholds_document(review=0.2), thresholds_document(block=0.995), thresholds_document(0.71)]
    )
    def test_outside_of_them_nobody_is_asked(self, desk: Desk, document: dict[str, Any]) -> None:
        desk.bounded()
        version = desk.committed(ArtefactKind.THRESHOLDS, document, key="t-2")

        answer = desk.registry.request_promotion(ANALYST, version.id, reason="now", key="k")

        assert answer == FraudGateClosed(version.id, "WITHIN_BOUNDS")

    def test_bounds_that_are_tampered_with_where_they_are_kept_are_no_bounds(
        self, desk: Desk, version: Version
    ) -> None:
        """The signature is verified when they are used, and not only when they came."""
        desk.bounded()
        approval = desk.asked(version)
        kept = desk.store.bounds(Scope.CARD)
        desk.store._bounds[Scope.CARD] = replace(kept, document=kept.document.replace(b"0.7", b"1.0"))

        assert desk.agreed(approval) == FraudGateClosed(version.id, "BOUNDS")
        assert desk.used(ArtefactKind.THRESHOLDS) is None

    def test_bounds_that_narrow_after_the_asking_count(self, desk: Desk, version: Version) -> None:
        desk.bounded()
        approval = desk.asked(version)
        narrow = replace(BOUNDS, scores={**BOUNDS.scores, next(iter(BOUNDS.scores)): Bound(0.6, 0.7, optional=False)})
        passed(desk.registry.keep_bounds(LEAD, desk.signed(2, narrow)))

        assert desk.agreed(approval) == FraudGateClosed(version.id, "WITHIN_BOUNDS")
