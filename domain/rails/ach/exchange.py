"""The place where files are exchanged with the sponsor bank: we put ours, it puts its own."""

from typing import Protocol

OUTBOUND = "outbound/ach/"
INBOUND = "inbound/ach/"


class Exchange(Protocol):
    def put(self, name: str, content: bytes) -> None:
        """Puts a file of ours; the same again changes nothing. Raises `ContentDiffers` when another stands there."""
        ...

    def get(self, name: str) -> bytes | None: ...


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
