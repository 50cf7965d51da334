"""What a bank's rejection of a file means, as a table: what is a matter of form is built again without a person."""

from typing import Final

from domain.rails.ach.kinds import RejectionLevel
from domain.rails.ach.model import Rejection

MENDABLE: Final = {
    "REJ0101": "The File ID Modifier was used before on this day",
    "REJ0102": "The file control does not describe the file",
    "REJ0103": "The entry hash is wrong",
    "REJ0104": "The file came after its deadline",
    "REJ0105": "The file was cut off",
}
"""Codes of a whole file that another file of the same entries does not have. Everything else is for people."""


def mendable(rejection: Rejection) -> bool:
    return rejection.level is RejectionLevel.FILE and all(reason.code in MENDABLE for reason in rejection.reasons)
