"""What a document must be, by its kind: read once to be registered, and again by each process that judges by it."""

from collections.abc import Callable, Mapping
from typing import Final

from domain.fraud import lists, rules, thresholds
from domain.fraud.registry_model import ArtefactKind

Reader = Callable[[object], object]


class DocumentForms:
    """`model`: reads the document of a model. All of them raise DocumentMalformed."""

    def __init__(self, model: Reader) -> None:
        self._readers: Mapping[ArtefactKind, Reader] = {**READERS, ArtefactKind.MODEL: model}

    def check(self, kind: ArtefactKind, document: object) -> None:
        self._readers[kind](document)


READERS: Final[Mapping[ArtefactKind, Reader]] = {
    ArtefactKind.LISTS: lists.parsed,
    ArtefactKind.RULES: rules.parsed,
    ArtefactKind.THRESHOLDS: thresholds.parsed,
}
