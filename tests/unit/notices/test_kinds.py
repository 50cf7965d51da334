"""Every kind of notice has its words, and its words get exactly the facts they need."""

import pytest

from domain.notices.kinds import FACT_LENGTH_MAX, TEXTS, FactsWrong, NoticeKind, facts_needed, text_of


def test_every_kind_has_its_words() -> None:
    assert set(TEXTS) == set(NoticeKind)


@pytest.mark.parametrize("kind", NoticeKind)
def test_words_and_facts_make_a_sentence(kind: NoticeKind) -> None:
    facts = {name: f"<{name}>" for name in facts_needed(kind)}

    text = text_of(kind, facts)

    assert all(value in text for value in facts.values())
    assert not set("{}") & set(text)
    assert "account" in facts


def test_a_transfer_reads_as_a_person_would_say_it() -> None:
    facts = {"amount": "25.00 USD", "account": "••1234", "counterparty": "••5678"}

    assert text_of(NoticeKind.TRANSFER_SENT, facts) == "You sent 25.00 USD from account ••1234 to account ••5678."


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"amount": "1.00 USD"},
        {"amount": "1.00 USD", "account": "••1", "memo": "for lunch"},
        {"amount": "1.00 USD", "account": "x" * (FACT_LENGTH_MAX + 1)},
    ],
)
def test_missing_unknown_or_long_facts_are_a_fault(facts: dict[str, str]) -> None:
    with pytest.raises(FactsWrong):
        text_of(NoticeKind.MONEY_RECEIVED, facts)


def test_braces_in_a_fact_are_only_text() -> None:
    text = text_of(NoticeKind.MONEY_RECEIVED, {"amount": "{account.__class__}", "account": "••1"})

    assert text == "Account ••1 received {account.__class__}."
