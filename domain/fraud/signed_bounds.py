"""What is signed of bounds: of which scope they are, the number they have, and the bounds themselves.

The number makes each replace the one before it, so that old bounds, however well signed, do not come back. Who signs
has a key that no function may sign with.
"""

from dataclasses import dataclass
from typing import Final

from domain.fraud.documents import Part, canonical, read
from domain.fraud.kinds import Scope
from domain.fraud.thresholds import Bounds, bounds_as_plain, parsed_bounds

FORMAT: Final = "florin.signed-bounds/1"
NUMBER_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Numbered:
    scope: Scope
    number: int
    bounds: Bounds


def parsed(body: bytes) -> Numbered:
    """Raises DocumentMalformed, with the path of what is wrong."""
    fields = Part(read(body), "").fields({"format", "scope", "number", "bounds"})
    fields["format"].said(FORMAT)
    return Numbered(
        fields["scope"].member(Scope), fields["number"].integer(1, NUMBER_MAX), parsed_bounds(fields["bounds"].value)
    )


def document(numbered: Numbered) -> bytes:
    """The bytes that are signed."""
    return canonical(
        {
            "format": FORMAT,
            "scope": numbered.scope.value,
            "number": numbered.number,
            "bounds": bounds_as_plain(numbered.bounds),
        }
    )
