"""The place where files are exchanged with the sponsor bank: we put ours, it puts its own."""

from collections.abc import Iterator
from typing import Final, Protocol

OUTBOUND = "outbound/ach/"
INBOUND = "inbound/ach/"
CHUNK_BYTES: Final = 256 * 1024
"""What is held of a file at once while it is read: some 2,700 lines."""


class Exchange(Protocol):
    def put(self, name: str, content: bytes) -> None:
        """Puts a file of ours; the same again changes nothing. Raises `ContentDiffers` when another stands there."""
        ...

    def get(self, name: str) -> bytes | None: ...

    def chunks(self, name: str) -> Iterator[bytes] | None:
        """The file piece by piece, of at most `CHUNK_BYTES`, however long it is; None when there is none."""
        ...


class ContentDiffers(Exception):
    """A file of this name with another content lies there already: a fault, because no name is used twice."""


class MemoryExchange:
    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, name: str, content: bytes) -> None:
        if self.files.setdefault(name, content) != content:
            raise ContentDiffers(name)

    def get(self, name: str) -> bytes | None:
        return self.files.get(name)

    def chunks(self, name: str) -> Iterator[bytes] | None:
        content = self.files.get(name)
        if content is None:
            return None
        return (content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES))
