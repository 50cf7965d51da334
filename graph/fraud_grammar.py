"""What conditions are made of, for whoever builds an editor: kinds of nodes, features and limits."""

from collections.abc import Iterator
from typing import Final

import strawberry

from domain.fraud.kinds import FEATURES
from graph.fraud_enums import FeatureType

NODES_MAX: Final = 30
FEATURES_MAX: Final = 150
TYPES_MAX: Final = len(FeatureType)


@strawberry.type(name="FraudFeature", description="Something that a rule or a model can ask of a payment.")
class FraudFeatureView:
    name: str = strawberry.field(description="Its name, as conditions have it.")
    type: FeatureType = strawberry.field(description="What kind of value it has.")
    title: str = strawberry.field(description="What it is, for people.")


@strawberry.type(name="FraudRuleNode", description="A kind of node of a condition.")
class FraudRuleNodeView:
    name: str = strawberry.field(description="Its name, as documents have it.")
    symbol: str = strawberry.field(description="Between its parts in text, or before them in brackets.")
    title: str = strawberry.field(description="What it says, for people.")
    parts_least: int = strawberry.field(description="How many parts it has at least.")
    parts_most: int = strawberry.field(description="How many parts it has at most.")
    takes: list[FeatureType] = strawberry.field(description=f"What its parts may be: at most {TYPES_MAX}.")
    alike: bool = strawberry.field(description="Whether all its parts are of one kind: numbers, flags or texts.")
    gives: FeatureType | None = strawberry.field(
        description="What it is; null: an integer if all its parts are, a number otherwise."
    )
    constants_most: int = strawberry.field(description="How many constants it looks through at most; 0 of most.")


@strawberry.type(name="FraudRuleGrammar", description="What conditions are made of.")
class FraudRuleGrammarView:
    nodes: list[FraudRuleNodeView] = strawberry.field(description=f"The kinds of nodes: at most {NODES_MAX}.")
    depth_max: int = strawberry.field(description="How deep nodes may lie below each other.")
    nodes_max: int = strawberry.field(description="How many nodes one condition has at most.")
    text_length_max: int = strawberry.field(description="How many characters a text has at most.")
    constant_max: str = strawberry.field(description="The largest number, as text.")
    rules_max: int = strawberry.field(description="How many rules a set has at most.")


def grammar() -> FraudRuleGrammarView:
    from domain.fraud import expressions  # noqa: PLC0415  (with the first editor that asks)
    from domain.fraud.rules import RULES_MAX  # noqa: PLC0415

    return FraudRuleGrammarView(
        nodes=list(_nodes()),
        depth_max=expressions.DEPTH_MAX,
        nodes_max=expressions.NODES_MAX,
        text_length_max=expressions.TEXT_MAX,
        constant_max=str(expressions.CONSTANT_MAX),
        rules_max=RULES_MAX,
    )


def features() -> list[FraudFeatureView]:
    return [FraudFeatureView(name=one.name, type=one.type, title=one.title) for one in FEATURES.values()]


def _nodes() -> Iterator[FraudRuleNodeView]:
    from domain.fraud.expressions import OPERATORS, SET_MAX  # noqa: PLC0415  (as above)

    for one in OPERATORS.values():
        yield FraudRuleNodeView(
            name=one.name,
            symbol=one.symbol,
            title=one.title,
            parts_least=one.least,
            parts_most=one.most,
            takes=[kind for kind in FeatureType if kind in one.takes],
            alike=one.alike,
            gives=one.gives,
            constants_most=SET_MAX if one.name == "in" else 0,
        )
