"""The record of a backtest as a file: written where models are trained, read where the bank can be reached.

No library of training is needed for it. Figures are millionths, as the gate compares them.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from domain.clock import instant_text, parse_instant
from domain.fraud.documents import DocumentMalformed, Part, canonical, read
from domain.fraud.gate import better_than_its_spread
from domain.fraud.registry_model import MILLION, Backtest, Fold

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = "florin.backtest/1"
FOLDS_MAX: Final = 52
TEXT_MAX: Final = 200
_FIELDS: Final = frozenset(
    {
        "format",
        "protocol",
        "data_sha256",
        "champion_data_sha256",
        "model_sha256",
        "champion_sha256",
        "folds",
        "measured_at",
    }
)


class RecordRefused(Exception):
    """The file is no record of a backtest. The message is one sentence."""


def written(found: Backtest) -> bytes:
    """Without who measured: that is who records it."""
    return canonical(
        {
            "format": FORMAT,
            "protocol": found.protocol,
            "data_sha256": found.data_sha256,
            "champion_data_sha256": found.champion_data_sha256,
            "model_sha256": found.model_sha256,
            "champion_sha256": found.champion_sha256,
            "folds": [
                {
                    "start": fold.start.isoformat(),
                    "challenger": fold.challenger,
                    "champion": fold.champion,
                    "forest": fold.forest,
                }
                for fold in found.folds
            ],
            "measured_at": instant_text(found.measured_at),
        }
    )


def loaded(path: Path, *, by: str) -> Backtest:
    """Raises RecordRefused, which says where and what."""
    try:
        return parsed(read(path.read_bytes()), by=by)
    except OSError as fault:
        raise RecordRefused(f"{path} cannot be read: {fault.strerror or fault}") from fault
    except DocumentMalformed as fault:
        raise RecordRefused(f"{path}: {fault.path} {fault.problem}") from fault


def parsed(document: object, *, by: str) -> Backtest:
    """Raises DocumentMalformed."""
    fields = Part(document, "").fields(_FIELDS)
    fields["format"].said(FORMAT)
    return Backtest(
        protocol=fields["protocol"].text(TEXT_MAX),
        data_sha256=fields["data_sha256"].text(TEXT_MAX),
        champion_data_sha256=_optional(fields["champion_data_sha256"]),
        model_sha256=fields["model_sha256"].text(TEXT_MAX),
        champion_sha256=_optional(fields["champion_sha256"]),
        folds=tuple(_fold(one) for one in fields["folds"].items(1, FOLDS_MAX)),
        measured_at=_instant(fields["measured_at"]),
        by=by,
    )


def _fold(part: Part) -> Fold:
    fields = part.fields({"start", "challenger", "champion", "forest"})
    champion = fields["champion"]
    return Fold(
        start=_day(fields["start"]),
        challenger=fields["challenger"].integer(0, MILLION),
        champion=None if champion.value is None else champion.integer(0, MILLION),
        forest=fields["forest"].integer(0, MILLION),
    )


def _optional(part: Part) -> str | None:
    return None if part.value is None else part.text(TEXT_MAX)


def _day(part: Part) -> date:
    try:
        return date.fromisoformat(part.text(TEXT_MAX))
    except ValueError:
        raise part.malformed("is no day") from None


def _instant(part: Part) -> datetime:
    try:
        return parse_instant(part.text(TEXT_MAX))
    except ValueError:
        raise part.malformed("is no moment") from None


# --- for people -------------------------------------------------------------------------------------------------------


def better(found: Backtest) -> bool:
    """Than whoever it was measured against, by more than its own spread: as the gate asks."""
    return better_than_its_spread(tuple(fold.challenger for fold in found.folds), _others(found))


def as_text(found: Backtest) -> str:
    against = "the champion" if found.champion_sha256 else "a random forest"
    lines = [f"{'training week begins':<22}{'this model':>12}{against:>18}{'difference':>12}"]
    for fold, other in zip(found.folds, _others(found), strict=True):
        ours = fold.challenger
        lines.append(f"{fold.start.isoformat():<22}{_shown(ours):>12}{_shown(other):>18}{_shown(ours - other):>12}")
    verdict = "better by more than its own spread" if better(found) else "not better by more than its own spread"
    return "\n".join([*lines, verdict])


def as_json(found: Backtest) -> str:
    return json.dumps({**json.loads(written(found)), "better": better(found)}, indent=2)


def _others(found: Backtest) -> tuple[int, ...]:
    return tuple(fold.forest if fold.champion is None else fold.champion for fold in found.folds)


def _shown(millionths: int) -> str:
    return f"{millionths / MILLION:.4f}"
