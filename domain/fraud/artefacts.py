"""Where documents of fraud scoring lie: under the SHA-256 of their bytes, so that what a version names is these bytes
and no others. What was read is checked against its name each time it comes from outside.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from domain.fraud.documents import sha256_of
from domain.fraud.registry_model import ArtefactKind
from domain.unsettled import Unsettled

Parsed = TypeVar("Parsed")


class ArtefactUnread(Exception):
    """A document cannot be read, for whatever reason. Whoever scores takes the fallback."""

    version: str | None = None
    """Whose it is, where it was asked for as a version's."""


class ArtefactMissing(ArtefactUnread):
    """There is no document under this name, other bytes than it names, or none of its kind."""


class ArtefactUnanswered(ArtefactUnread, Unsettled):
    """Where the documents lie does not answer in time, or does not let them be read now."""


class ArtefactStore(Protocol):
    def put(self, kind: ArtefactKind, body: bytes) -> str:
        """Keeps the bytes and answers their SHA-256, in hexadecimal. Kept before, they stay as they are."""
        ...

    def get(self, kind: ArtefactKind, sha256: str) -> bytes:
        """Raises ArtefactUnread: ArtefactMissing, or ArtefactUnanswered."""
        ...


def verified(body: bytes, kind: ArtefactKind, sha256: str) -> bytes:
    """The bytes, if they are those that the name names."""
    if sha256_of(body) != sha256:
        raise ArtefactMissing(f"the {kind.value} under {sha256[:12]} is another document")
    return body


class MemoryArtefactStore:
    def __init__(self) -> None:
        self.bodies: dict[tuple[ArtefactKind, str], bytes] = {}

    def put(self, kind: ArtefactKind, body: bytes) -> str:
        sha256 = sha256_of(body)
        self.bodies.setdefault((kind, sha256), body)
        return sha256

    def get(self, kind: ArtefactKind, sha256: str) -> bytes:
        found = self.bodies.get((kind, sha256))
        if found is None:
            raise ArtefactMissing(f"there is no {kind.value} under {sha256[:12]}")
        return verified(found, kind, sha256)


class Kept(Generic[Parsed]):
    """The last few things that were made of a name: of a process, whose names never mean anything else later."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[tuple[str, ...], Parsed] = OrderedDict()

    def of(self, name: tuple[str, ...], make: Callable[[], Parsed]) -> Parsed:
        if name in self._found:
            self._found.move_to_end(name)
            return self._found[name]
        made = make()
        self._found[name] = made
        while len(self._found) > self._most:
            self._found.popitem(last=False)
        return made
