"""What a partner's inbound files may do otherwise than the rules say: versioned data.

A tolerance forgives findings of its codes, which then are warnings that name it. Nothing here may forgive what changes
a field, a count of entries, a hash or a total, or what breaks the order of records in a whole file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TOLERANCES: Final[Mapping[str, tuple[str, ...]]] = {
    "line-ends": ("LINE_ENDS", "LINE_ENDS_MISSING"),
    "short-lines": ("LINE_SHORT",),
    "padded-lines": ("LINE_PADDED",),
    "blank-lines": ("LINE_BLANK",),
    "blank-lines-at-end": ("LINE_BLANK_AT_END",),
    "filler": ("FILLER",),
    "block-count": ("BLOCK_COUNT",),
    "reserved-zeros": ("FIELD_RESERVED_ZEROS",),
    "repeated-addenda": ("ADDENDA_REPEATED",),
    "latin-1-letters": ("CHARACTER_LATIN_1",),
    "no-file-header": ("FILE_HEADER_MISSING",),
    "no-file-control": ("FILE_CONTROL_MISSING",),
    "no-batch-control": ("BATCH_CONTROL_MISSING",),
    "no-batches": ("FILE_WITHOUT_BATCHES",),
    "batch-number-order": ("BATCH_NUMBER_ORDER",),
}
"""A tolerance by its name, and the codes of the findings that it forgives."""

_USUAL: Final = frozenset(
    (
        *("line-ends", "short-lines", "padded-lines", "blank-lines", "blank-lines-at-end", "filler", "block-count"),
        *("reserved-zeros", "repeated-addenda"),
    )
)


@dataclass(frozen=True, slots=True)
class Profile:
    """`name` and `version` are recorded with every file that was read under it: a change is a new version."""

    name: str
    version: int
    title: str
    tolerated: frozenset[str]

    def __post_init__(self) -> None:
        if unknown := self.tolerated - TOLERANCES.keys():
            raise ValueError(f"profile {self.name} tolerates the unknown {', '.join(sorted(unknown))}")

    def tolerance_of(self, code: str) -> str | None:
        tolerance = _BY_CODE.get(code)
        return tolerance if tolerance in self.tolerated else None


_BY_CODE: Final = {code: tolerance for tolerance, codes in TOLERANCES.items() for code in codes}

STRICT: Final = Profile("strict", 1, "As the rules say, with LF after each record.", frozenset())
DEFAULT: Final = Profile("default", 2, "What changes no field, count, hash, total or order is forgiven.", _USUAL)
LATIN_1: Final = Profile(
    "latin-1", 2, "As default, and letters of Latin-1 in texts.", _USUAL | frozenset(("latin-1-letters",))
)
PARTIAL: Final = Profile(
    "partial",
    2,
    "As default, for files that banks cut: without file header, controls or batches.",
    _USUAL | frozenset(("no-file-header", "no-file-control", "no-batch-control", "no-batches", "batch-number-order")),
)
PROFILES: Final[Mapping[str, Profile]] = {profile.name: profile for profile in (STRICT, DEFAULT, LATIN_1, PARTIAL)}
