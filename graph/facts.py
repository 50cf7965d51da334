"""Facts: what staff are shown before they decide."""

import strawberry

from domain.facts import FACTS_MAX, LABEL_LENGTH_MAX, VALUE_LENGTH_MAX, Facts


@strawberry.type(name="Fact", description="One thing that is known, as the bank wrote it down. Nothing personal.")
class FactView:
    label: str = strawberry.field(description=f"What is known, in words: at most {LABEL_LENGTH_MAX} characters.")
    value: str = strawberry.field(
        description=f"What it is, at most {VALUE_LENGTH_MAX} characters; what was longer ends in an ellipsis."
    )


AT_MOST = f"at most {FACTS_MAX}"


def fact_views(facts: Facts) -> list[FactView]:
    return [FactView(label=fact.label, value=fact.value) for fact in facts]
