"""A command of the ledger as an operation."""

from domain.ledger.model import Command
from ops.simulation.operations import Operation


def posting(command: Command, text: str, effects: dict[str, int] | None = None) -> Operation:
    return Operation(
        text=f"{command.kind} {text} [{command.key}]",
        kind=command.kind,
        ask=lambda process: process.ledger.post(command),
        looks=lambda process: process.ledger.preview(command),
        initiator=command.initiator,
        scope=command.scope,
        key=command.key,
        effects=effects or {},
    )
