"""What the champion model of a scope was made on, as its document says: what later payments are laid beside."""

from collections.abc import Callable

from domain.fraud import trees
from domain.fraud.artefacts import ArtefactStore
from domain.fraud.documents import read
from domain.fraud.kinds import Scope
from domain.fraud.monitoring_model import Bins, Reference
from domain.fraud.registry_model import ArtefactKind, Pointer


class References:
    def __init__(self, *, artefacts: ArtefactStore, pointer: Callable[[Scope], Pointer]) -> None:
        self._artefacts = artefacts
        self._pointer = pointer

    def of(self, scope: Scope) -> Reference | None:
        """None where no model decides, or its document says nothing of it. Raises ArtefactUnread."""
        champion = self._pointer(scope).champions.get(ArtefactKind.MODEL)
        if champion is None:
            return None
        used = champion.used
        spread = trees.parsed(read(self._artefacts.get(ArtefactKind.MODEL, used.sha256))).spread
        if spread is None:
            return None
        features = {name: _bins(counted) for name, counted in spread.features.items()}
        return Reference(used.version, features, _bins(spread.score))


def _bins(counted: trees.Counted) -> Bins:
    return Bins(counted.cuts, counted.counts)
