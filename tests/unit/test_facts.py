"""Facts: what is shown before a decision."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.facts import FACTS_MAX, LABEL_LENGTH_MAX, VALUE_LENGTH_MAX, Fact, facts_of, fingerprint_of

PAIRS = st.dictionaries(st.text(min_size=1, max_size=5), st.text(max_size=5), max_size=3)


def test_they_keep_their_order() -> None:
    assert facts_of({"b": "1", "a": "2"}) == (Fact("b", "1"), Fact("a", "2"))


def test_a_value_that_is_too_long_is_cut_and_says_so() -> None:
    (whole,) = facts_of({"File": "x" * VALUE_LENGTH_MAX})
    (cut,) = facts_of({"File": "x" * (VALUE_LENGTH_MAX + 1)})

    assert whole.value == "x" * VALUE_LENGTH_MAX
    assert cut.value == "x" * (VALUE_LENGTH_MAX - 1) + "…"


@pytest.mark.parametrize("label", ["", "x" * (LABEL_LENGTH_MAX + 1)])
def test_a_label_has_a_length(label: str) -> None:
    with pytest.raises(ValueError, match="a label has"):
        facts_of({label: "1"})


def test_there_are_only_so_many() -> None:
    facts_of({str(number): "" for number in range(FACTS_MAX)})
    with pytest.raises(ValueError, match="more than"):
        facts_of({str(number): "" for number in range(FACTS_MAX + 1)})


@given(PAIRS, PAIRS, st.text(max_size=3), st.text(max_size=3))
def test_a_fingerprint_is_of_all_that_is_shown(one: dict[str, str], two: dict[str, str], a: str, b: str) -> None:
    same = list(one.items()) == list(two.items()) and a == b

    assert (fingerprint_of(a, facts=facts_of(one)) == fingerprint_of(b, facts=facts_of(two))) is same
