"""Writes a file or an entry while others may be writing it too."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Protocol, TypeVar

from domain.rails.ach.incoming_model import ReceivedEntry, ReceivedFile
from domain.rails.ach.model import AchFile
from domain.unsettled import Unsettled

TRIES_MAX: Final = 8
"""Lost races on one record: two builders, a file's round, the bank's answer, a person."""
Record = TypeVar("Record", AchFile, ReceivedFile, ReceivedEntry)
Record_contra = TypeVar("Record_contra", AchFile, ReceivedFile, ReceivedEntry, contravariant=True)


class Contended(Unsettled):
    """Too many writers of one record at once; it may be asked again."""


class Replace(Protocol[Record_contra]):
    def __call__(self, record: Record_contra, /, *, version: int) -> bool:
        """False when the stored record is not of this version any more."""
        ...


def changed(read: Callable[[], Record], change: Callable[[Record], Record], write: Replace[Record]) -> Record:
    """The record with the change, of the next version; as it is stored where the change leaves it alone.

    Who lost a race reads again, and decides again from what is there by then. A write whose answer was lost, and that
    the client sent again, looks like a race that was lost; but what is there is what was wanted.
    """
    wanted: Record | None = None
    for _ in range(TRIES_MAX):
        stored = read()
        if stored == wanted:
            return stored
        wanted = change(stored)
        if wanted == stored:
            return stored
        wanted = replace(wanted, version=stored.version + 1)
        if write(wanted, version=stored.version):
            return wanted
    raise Contended(read().id)
