"""Facts: what a person is shown before they decide, as pairs of a label and a value.

They are made by the bank, never typed by a person, and say nothing personal: codes, ids, amounts, days, counts. Staff
who decide see them, the fingerprint of an approval covers them, and they are kept for as long as the decision is.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

FACTS_MAX: Final = 20
"""More than a screen of facts is not read before a decision."""
LABEL_LENGTH_MAX: Final = 60
VALUE_LENGTH_MAX: Final = 500
"""As long as the longest reason that staff may give."""
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


Facts = tuple[Fact, ...]


def facts_of(said: Mapping[str, str]) -> Facts:
    """The facts in their order. A value that is too long is cut, and ends in an ellipsis: what a partner sends (the
    name of a file, a message) must not keep a decision from being asked for.

    Raises ValueError for too many facts, and for a label that is empty or too long: those are the bank's own words.
    """
    if len(said) > FACTS_MAX:
        raise ValueError(f"{len(said)} facts are more than {FACTS_MAX}")
    for label in said:
        if not 1 <= len(label) <= LABEL_LENGTH_MAX:
            raise ValueError(f"a label has 1 to {LABEL_LENGTH_MAX} characters, not {len(label)}")
    return tuple(Fact(label, _cut(value)) for label, value in said.items())


def fingerprint_of(*named: str, facts: Facts) -> str:
    """SHA-256 of what was shown and what it was about: any other value, label or order has another one."""
    said = [*named, [[fact.label, fact.value] for fact in facts]]
    return "sha256:" + hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def _cut(value: str) -> str:
    return value if len(value) <= VALUE_LENGTH_MAX else value[: VALUE_LENGTH_MAX - len(_CUT)] + _CUT
