"""The steps of a received file's journey, as a table, and the work behind them.

As with payments: the state machine (infra/state_machines/ach_inbound.asl.yaml) holds the order and the waits, the work
is `ReceivedFiles`, and the table is what both are held to. Each step may be made twice, late and out of order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from domain.payments.steps import StepUnknown, Waits
from domain.rails.ach.incoming_files import ReceivedFiles
from domain.rails.ach.incoming_kinds import RECEIVED_FILES_ENDED, ReceivedFileState


class FileStepName(StrEnum):
    BEGIN = "begin"
    WORK = "work"
    AWAIT_DAY = "await_day"
    END = "end"


_S = ReceivedFileState
UNREAD: Final = frozenset({_S.RECEIVED, _S.READ})


@dataclass(frozen=True, slots=True)
class FileStep:
    name: FileStepName
    serves: frozenset[ReceivedFileState]
    """The states it is called in."""
    waits: Waits = Waits.NOTHING
    then: FileStepName | None = None
    """The step that is called when the wait has ended by its time."""


FILE_STEPS: Final[Mapping[FileStepName, FileStep]] = {
    step.name: step
    for step in (
        FileStep(FileStepName.BEGIN, frozenset(_S)),
        FileStep(FileStepName.WORK, UNREAD | {_S.POSTING}),
        FileStep(FileStepName.AWAIT_DAY, frozenset({_S.POSTING}), waits=Waits.MOMENT, then=FileStepName.WORK),
        FileStep(FileStepName.END, RECEIVED_FILES_ENDED),
    )
}


def file_step_for(state: ReceivedFileState) -> FileStepName:
    """The step that a journey calls when it finds the file in this state."""
    if state in RECEIVED_FILES_ENDED:
        return FileStepName.END
    return FileStepName.WORK if state in UNREAD else FileStepName.AWAIT_DAY


@dataclass(frozen=True, slots=True)
class FileStepAnswer:
    state: ReceivedFileState
    """The file's as it is stored now, whoever moved it there."""
    wait_until: datetime | None = None
    """Of the wait for a day of settlement, while the file is being posted; in the past, when more is due at once."""


class FileSteps:
    def __init__(self, files: ReceivedFiles) -> None:
        self._files = files

    def run(self, step: str, *, file: str) -> FileStepAnswer:
        """Makes one step of a received file's journey."""
        match step:
            case FileStepName.BEGIN:
                return FileStepAnswer(self._files.existing(file).state)
            case FileStepName.WORK | FileStepName.END:
                return FileStepAnswer(self._files.work(file).state)
            case FileStepName.AWAIT_DAY:
                found = self._files.existing(file)
                waits = found.state is _S.POSTING
                return FileStepAnswer(found.state, (found.due_at or found.entered_at) if waits else None)
            case _:
                raise StepUnknown(step)
