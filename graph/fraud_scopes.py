"""What judges right now, for staff: the champions of each scope, those before them, shadows and thresholds."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import strawberry

from domain.access.model import Relation
from domain.fraud.registry_model import Champion, Pointer, Shadow, SignedBounds
from graph.fields import field
from graph.fraud_enums import ArtefactKind, Decision, Scope
from graph.fraud_versions import NAMED
from graph.node import Info
from graph.scalars import Instant

if TYPE_CHECKING:
    from domain.fraud.thresholds import Bound, Bounds, Thresholds

KINDS_MAX: Final = len(ArtefactKind)
BEFORE_MAX: Final = 5
SHADOWS_MAX: Final = 3
LIMITS_MAX: Final = len(Decision) - 1


@strawberry.type(name="FraudChampion", description="A version that decides.")
class FraudChampionView:
    kind: ArtefactKind = strawberry.field(description="What kind of document it is.")
    champion: strawberry.Private[Champion]

    @field(NAMED)
    def version(self) -> str:
        return self.champion.used.version

    @field("SHA-256 of its document, in hexadecimal.")
    def sha256(self) -> str:
        return self.champion.used.sha256

    @field("Since when it decides.")
    def since(self) -> Instant:
        return Instant(self.champion.since)

    @field("Who promoted it: a staff id.")
    def by(self) -> str:
        return self.champion.by

    @field("The approval, or the case, by which another agreed; null where one person is enough.")
    def agreed_by(self) -> str | None:
        return self.champion.approval


@strawberry.type(name="FraudPrevious", description="What a rollback goes back to.")
class FraudPreviousView:
    kind: ArtefactKind = strawberry.field(description="Of which kind.")
    versions: list[str] = strawberry.field(
        description=f"The versions, the last one first: at most {BEFORE_MAX}. `built in` is the first document of all."
    )


@strawberry.type(name="FraudShadow", description="A version that is asked beside the champions, and decides nothing.")
class FraudShadowView:
    shadow: strawberry.Private[Shadow]

    @field("What kind of document it is.")
    def kind(self) -> ArtefactKind:
        return self.shadow.kind

    @field(NAMED)
    def version(self) -> str:
        return self.shadow.used.version

    @field("Since when it is asked.")
    def since(self) -> Instant:
        return Instant(self.shadow.since)

    @field("When that ends by itself.")
    def until(self) -> Instant:
        return Instant(self.shadow.until)


@strawberry.type(
    name="FraudThreshold", description="From where on something is decided, and between what that may lie."
)
class FraudThresholdView:
    decision: Decision = strawberry.field(description="What is decided from there on.")
    limit: str | None = strawberry.field(
        description="A score, or an amount in minor units, as decimal text; null: it is never decided by this."
    )
    least: str | None = strawberry.field(description="The least that the signed bounds allow; null without a bound.")
    most: str | None = strawberry.field(description="The most.")
    optional: bool = strawberry.field(description="Whether the bounds allow that there is none.")


@strawberry.type(name="FraudBounds", description="Between what thresholds may lie, as who signed them said.")
class FraudBoundsView:
    signed: strawberry.Private[SignedBounds]

    @field("Their number: each is greater than the one before.")
    def number(self) -> int:
        return self.signed.number

    @field("The key that signed them, as KMS names it.")
    def key(self) -> str:
        return self.signed.key

    @field("The document that was signed, JSON.")
    def document(self) -> str:
        return self.signed.document.decode()

    @field("Who had them kept: a staff id.")
    def kept_by(self) -> str:
        return self.signed.kept_by

    @field("When.")
    def kept_at(self) -> Instant:
        return Instant(self.signed.kept_at)


@strawberry.type(name="FraudScoring", description="What judges the payments of a scope right now.")
class FraudScoringView:
    pointer: strawberry.Private[Pointer]
    stands: strawberry.Private[Relation] = Relation.STRANGER

    @field("The family of payments.")
    def scope(self) -> Scope:
        return self.pointer.scope

    @field(
        f"The versions that decide, by kind: at most {KINDS_MAX}. A kind that is not among them has its built-in first "
        "document, and no model."
    )
    def champions(self) -> list[FraudChampionView]:
        return [FraudChampionView(kind=kind, champion=one) for kind, one in sorted(self.pointer.champions.items())]

    @field(f"What a rollback goes back to, by kind: at most {KINDS_MAX}.")
    def previous(self) -> list[FraudPreviousView]:
        return [
            FraudPreviousView(kind=kind, versions=[one.used.version if one else "built in" for one in before])
            for kind, before in sorted(self.pointer.before.items())
            if before
        ]

    @field(f"Versions that are asked beside them: at most {SHADOWS_MAX}.")
    def shadows(self, info: Info) -> list[FraudShadowView]:
        now = info.context.bank.clock.now()
        return [FraudShadowView(shadow=one) for one in self.pointer.shadows if one.since <= now < one.until]

    @field(f"From which score on what is decided: at most {LIMITS_MAX}. Null when the document cannot be read.")
    def score_thresholds(self, info: Info) -> list[FraudThresholdView] | None:
        found, bounds = self._thresholds(info)
        return None if found is None else list(_limits(found.scores, bounds.scores if bounds else {}))

    @field(
        f"From which amount on, in minor units, where the fallback judges: at most {LIMITS_MAX}. Null when the "
        "document cannot be read."
    )
    def amount_thresholds(self, info: Info) -> list[FraudThresholdView] | None:
        found, bounds = self._thresholds(info)
        amounts = bounds.unscored_amounts_minor if bounds else {}
        return None if found is None else list(_limits(found.unscored_amounts_minor, amounts))

    @field("Whether there are bounds that are signed by the key that signs bounds.")
    def bounds_signed(self, info: Info) -> bool:
        return self._thresholds(info)[1] is not None

    @field("Those bounds; null when there are none.")
    def bounds(self, info: Info) -> FraudBoundsView | None:
        found = info.context.fraud.bounds_in_force(self.pointer.scope)
        return FraudBoundsView(signed=found.signed) if found else None

    @field("When this was last changed; null when it never was.")
    def changed_at(self) -> Instant | None:
        return Instant(self.pointer.changed_at) if self.pointer.changed_at else None

    @field("By whom: a staff id.")
    def changed_by(self) -> str | None:
        return self.pointer.changed_by

    @field("Why, in their words.")
    def reason(self) -> str | None:
        return self.pointer.reason

    def _thresholds(self, info: Info) -> "tuple[Thresholds | None, Bounds | None]":
        return info.context.fraud.thresholds(self.pointer)


def scoring_view(pointer: Pointer) -> FraudScoringView:
    return FraudScoringView(pointer=pointer)


def _limits(
    limits: "Mapping[Decision, float] | Mapping[Decision, int]", bounds: "Mapping[Decision, Bound]"
) -> Iterator[FraudThresholdView]:
    for decision in Decision:
        limit, bound = limits.get(decision), bounds.get(decision)
        if limit is not None or bound is not None:
            yield FraudThresholdView(
                decision=decision,
                limit=None if limit is None else repr(limit),
                least=repr(bound.least) if bound else None,
                most=repr(bound.most) if bound else None,
                optional=bound is None or bound.optional,
            )
