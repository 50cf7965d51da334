"""`florin fraud register`, `record` and `bounds`: what who trains models brings to a bank, past its API.

Models are too large for a request, a backtest is measured elsewhere, and bounds are signed outside: so the operator
brings them, with a name that answers for it. They are registered, kept and verified by the bank's own services; none of
them promotes anything, and what the gate asks it asks all the same.
"""

from __future__ import annotations

import os
import random
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ops.commands.options import FOLDER, FolderOption, RegionOption, region_of, running_bank

if TYPE_CHECKING:
    from domain.access.model import Actor
    from domain.fraud.documents import DocumentMalformed
    from domain.fraud.registry_model import Lineage
    from functions.composition import Bank

FILE_BYTES_MAX = 4 * 1024 * 1024
"""As much as a document may have."""


class GovernanceRefused(Exception):
    """What was brought is not taken. The message is one sentence."""


UserOption = Annotated[
    str | None, typer.Option("--user", "-u", help="Who answers for it: a name from `florin users`.", show_default=False)
]
EnvironmentOption = Annotated[
    Path | None,
    typer.Option(
        "--environment",
        help="Of a deployed bank: the variables of its function florin-graphql, as JSON. The credentials are your own.",
        show_default=False,
    ),
]
PersonOption = Annotated[
    str | None,
    typer.Option("--person", help="Of a deployed bank: the staff id of who answers for it.", show_default=False),
]


def register(  # noqa: PLR0917 - Typer passes them by name
    model: Annotated[Path, typer.Option("--model", help="The document that `train` wrote.", show_default=False)],
    note: Annotated[str, typer.Option("--note", help="Why there is another model.", show_default=False)],
    user: UserOption = None,
    folder: FolderOption = FOLDER,
    region: RegionOption = None,
    environment: EnvironmentOption = None,
    person: PersonOption = None,
) -> None:
    """Register a trained model as the next version of its scope, committed. Nothing asks it yet."""
    from domain.access.model import Group
    from domain.fraud.documents import sha256_of
    from domain.fraud.kinds import Scope
    from domain.fraud.registry_model import ArtefactKind

    bank, actor = at_the_bank(user, folder, region, environment, person, Group.FRAUD_ANALYST)
    body, document = document_of(model)
    lineage = lineage_of(model, document, note)
    scope = str(document.get("lineage", {}).get("scope", "")) if isinstance(document, dict) else ""
    if scope not in list(Scope):
        raise GovernanceRefused(f"{model}: its lineage names no scope; there are {', '.join(Scope)}")
    drafted = taken(
        bank.registry.draft(
            actor,
            scope=Scope(scope),
            kind=ArtefactKind.MODEL,
            document=document,
            lineage=lineage,
            key=f"model-{sha256_of(body)[:32]}",
        )
    )
    version = taken(bank.registry.commit(actor, drafted.id))
    typer.echo(f"{version.id}: sha256 {version.sha256}, committed by {version.author}")


def record(  # noqa: PLR0917 - Typer passes them by name
    backtest: Annotated[Path, typer.Option("--backtest", help="The record that `backtest` wrote.", show_default=False)],
    version: Annotated[
        str, typer.Option("--version", help="The version that it is of, such as card/model/3.", show_default=False)
    ],
    user: UserOption = None,
    folder: FolderOption = FOLDER,
    region: RegionOption = None,
    environment: EnvironmentOption = None,
    person: PersonOption = None,
) -> None:
    """Keep a backtest with a version of a model, in the place of an earlier one, and say what its promotion lacks."""
    from domain.access.model import Group
    from ops.fraud.records import as_text, loaded

    bank, actor = at_the_bank(user, folder, region, environment, person, Group.FRAUD_ANALYST)
    found = loaded(backtest, by=actor.person)
    kept = taken(bank.registry.record_backtest(actor, version, found))
    lacking = bank.registry.missing(actor, kept.id)
    typer.echo(as_text(found))
    said = ", ".join(lacking) if isinstance(lacking, tuple) else lacking.message
    typer.echo(f"{kept.id}: recorded by {actor.person}; a promotion lacks {said or 'nothing'}")


def bounds(  # noqa: PLR0917 - Typer passes them by name
    file: Annotated[
        Path, typer.Option("--bounds", help="The bounds: a document florin.threshold-bounds/1.", show_default=False)
    ],
    scope: Annotated[str, typer.Option("--scope", help="Whose thresholds they bound.")] = "CARD",
    number: Annotated[
        int | None, typer.Option("--number", min=1, help="Greater than the one before.", show_default="the next")
    ] = None,
    user: UserOption = None,
    folder: FolderOption = FOLDER,
    region: RegionOption = None,
    environment: EnvironmentOption = None,
    person: PersonOption = None,
) -> None:
    """Sign bounds of thresholds with the key alias/florin-bounds, and have the bank keep them."""
    from domain.access.model import Group
    from domain.fraud import signed_bounds
    from domain.fraud.bounds_aws import ALGORITHM
    from domain.fraud.documents import DocumentMalformed, sha256_of
    from domain.fraud.kinds import Scope
    from domain.fraud.registry_model import SignedBounds
    from domain.fraud.thresholds import parsed_bounds

    if scope not in list(Scope):
        raise GovernanceRefused(f"there is no scope {scope!r}; there are {', '.join(Scope)}")
    bank, actor = at_the_bank(user, folder, region, environment, person, Group.FRAUD_LEAD)
    _, plain = document_of(file)
    try:
        wanted = parsed_bounds(plain)
    except DocumentMalformed as fault:
        raise _malformed(file, fault) from fault
    before = bank.registry_store.bounds(Scope(scope))
    next_number = number or (before.number if before else 0) + 1
    body = signed_bounds.document(signed_bounds.Numbered(Scope(scope), next_number, wanted))
    key = bank.configuration.fraud_bounds_key_arn
    signature = _signed(bank, key, bytes.fromhex(sha256_of(body)), ALGORITHM)
    signed = SignedBounds(Scope(scope), body, key, signature, next_number, actor.person, bank.clock.now())
    kept = taken(bank.registry.keep_bounds(actor, signed))
    typer.echo(f"bounds {kept.number} of {scope}: sha256 {sha256_of(body)}, kept by {actor.person}")


def _signed(bank: Bank, key: str, digest: bytes, algorithm: str) -> bytes:
    """By the operator's own right to sign: no function has it."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer = bank.client("kms").sign(KeyId=key, Message=digest, MessageType="DIGEST", SigningAlgorithm=algorithm)
    except (BotoCoreError, ClientError) as fault:
        raise GovernanceRefused(f"the bounds are not signed: {type(fault).__name__} of KMS") from fault
    return bytes(answer["Signature"])


# The bank, and who acts.


def at_the_bank(  # noqa: PLR0917 - as the commands pass them
    user: str | None, folder: Path, region: str | None, environment: Path | None, person: str | None, group: Any
) -> tuple[Bank, Actor]:
    """The local bank and one of its people, or a deployed one and whoever is named. Raises GovernanceRefused."""
    if environment is not None:
        if person is None:
            raise GovernanceRefused("who answers for it? name them by --person, as a deployed bank knows them")
        return _deployed(environment), _actor(person, group)
    if user is None:
        raise GovernanceRefused("who answers for it? name them by --user; `./florin users` lists them")
    from domain.access.model import Group
    from ops.commands.people import find_user

    local = running_bank(folder)
    found = find_user(local, user)
    return _local(local, region_of(local, region)), _actor(found.person, *(Group(one) for one in found.groups))


def _local(local: Any, region: str) -> Bank:
    from domain.clock import SystemClock
    from functions import composition, configuration
    from ops.local.aws import session
    from ops.local.bank import ACCESS_KEY, SECRET_KEY

    # The engine's, not the person's: what asks DynamoDB takes them from here.
    os.environ.update(AWS_ACCESS_KEY_ID=ACCESS_KEY, AWS_SECRET_ACCESS_KEY=SECRET_KEY)
    settings = {**local.regions[region].environment, "AWS_REGION": region}
    return composition.build(
        configuration.read(settings),
        clock=SystemClock(),
        randomness=random.SystemRandom(),
        session=session(),
        endpoint=local.engine,
    )


def _deployed(environment: Path) -> Bank:
    from domain.clock import SystemClock
    from functions import composition, configuration

    _, variables = document_of(environment)
    if not isinstance(variables, dict):
        raise GovernanceRefused(f"{environment} is no JSON object of variables")
    settings = {"AWS_REGION": os.environ.get("AWS_REGION", ""), **{name: str(one) for name, one in variables.items()}}
    try:
        found = configuration.read(settings)
    except configuration.ConfigurationFaulty as fault:
        raise GovernanceRefused(f"{environment}: {fault}") from fault
    return composition.build(found, clock=SystemClock(), randomness=random.SystemRandom())


def _actor(person: str, *groups: Any) -> Actor:
    from domain.access.model import Actor, Channel

    return Actor(person, frozenset(groups), source_ip=None, correlation_id="florin-fraud", channel=Channel.BANK)


# Files and answers.


def document_of(file: Path) -> tuple[bytes, Any]:
    """Its bytes, and the JSON that they are. Raises GovernanceRefused."""
    from domain.fraud.documents import DocumentMalformed, read

    try:
        with file.open("rb") as source:
            body = source.read(FILE_BYTES_MAX + 1)
    except OSError as fault:
        raise GovernanceRefused(f"{file} cannot be read: {fault.strerror or fault}") from fault
    try:
        return body, read(body)
    except DocumentMalformed as fault:
        raise _malformed(file, fault) from fault


def lineage_of(file: Path, document: Any, note: str) -> Lineage:
    """Where a model says it comes from."""
    from domain.fraud.registry_model import Lineage

    try:
        said = document["lineage"]
        return Lineage(
            code_version=str(said["code_version"]),
            note=note,
            data_from=date.fromisoformat(said["data_from"]),
            data_until=date.fromisoformat(said["data_until"]),
            data_sha256=str(said["data_sha256"]),
            parameters={str(name): str(value) for name, value in said["parameters"].items()},
            metrics={str(name): int(value) for name, value in said["metrics"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise GovernanceRefused(f"{file} does not say where it comes from: `florin fraud train` writes that") from None


def taken(answer: Any) -> Any:
    """What the bank answered, where it did not refuse."""
    from domain.refusals import InputInvalid, Refusal

    if isinstance(answer, InputInvalid):
        faults = "; ".join(f"{'.'.join(fault.path)} {fault.message}" for fault in answer.faults)
        raise GovernanceRefused(f"{answer.code}: {faults}")
    if isinstance(answer, Refusal):
        raise GovernanceRefused(f"{answer.code}: {answer.message}")
    return answer


def _malformed(file: Path, fault: DocumentMalformed) -> GovernanceRefused:
    return GovernanceRefused(f"{file}: {fault}")
