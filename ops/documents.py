"""Publishes an application's documents into the build: the only ones that a stage with `Exposure=published` answers.

Takes what front-end tools write: `.graphql` files, one operation each, sent byte for byte; a map of hash and text
(graphql-codegen's `persisted-documents.json`); Apollo's manifest of persisted queries. Either all are good and
published, or none is, and everything that is wrong is told with its place.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode

from graph.compiling.document import NotCompiled, compiled
from graph.costs import requested_cost
from graph.documents import core_schema, prepared
from graph.published import PUBLISHED, PublishedDocument, keep, kept
from graph.requests import BODY_BYTES_MAX, id_of
from ops.commands.documents import DocumentsRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

APPLICATION: Final = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
DOCUMENTS_MAX: Final = 2_000
"""Of all applications together: they are read and compiled before a snapshot is taken."""
_HEX: Final = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.ASCII)


@dataclass(frozen=True)
class Found:
    """A document as an application's tools wrote it."""

    where: str
    text: str
    id: str | None = None
    """As the tools say; None for a plain file."""


@dataclass(frozen=True)
class Row:
    """A published document as a person reads it."""

    document: PublishedDocument
    why_not_compiled: str | None


def publish(paths: Iterable[Path], application: str, *, file: Path = PUBLISHED) -> list[PublishedDocument]:
    """Adds documents to those of the application, and returns the new ones. Raises `DocumentsRefused`."""
    if not APPLICATION.fullmatch(application):
        raise DocumentsRefused("an application is named by at most 40 small letters, digits and hyphens")
    faults: list[str] = []
    made: dict[tuple[str, str], PublishedDocument] = {}
    schema = _core()
    for found in _found(paths, faults):
        document = _document(schema, found, application, faults)
        if document is not None:
            made[application, document.id] = document
    before = {(one.application, one.id): one for one in kept(file)}
    faults += _doubled(made.values())
    if len(before | made) > DOCUMENTS_MAX:
        faults.append(f"there would be more than {DOCUMENTS_MAX} documents; withdraw some")
    if not made and not faults:
        faults.append("there is no document in what was named")
    if faults:
        raise DocumentsRefused("\n".join(faults))
    keep((before | made).values(), file)
    return [one for key, one in made.items() if key not in before]


def withdraw(application: str, ids: Iterable[str] = (), *, file: Path = PUBLISHED) -> int:
    """Takes back some documents of an application, or all of them. How many went."""
    named = set(ids)
    before = kept(file)
    left = [one for one in before if one.application != application or (named and one.id not in named)]
    keep(left, file)
    return len(before) - len(left)


def check(*, file: Path = PUBLISHED) -> list[str]:
    """What is wrong with the published documents under the schema as it is now: each would fail for its users."""
    faults: list[str] = []
    schema = _core()
    for one in kept(file):
        now = _document(schema, Found(f"{one.application} {one.operation}", one.text, one.id), one.application, faults)
        if now is not None and now != one:
            faults.append(f"{one.application} {one.operation}: what is kept of it is old; publish it again")
    return faults


def listed(*, file: Path = PUBLISHED) -> list[Row]:
    schema = _core()
    return [Row(one, _why_not(schema, one.text)) for one in kept(file)]


def _core() -> GraphQLSchema:
    from graph.schema import schema

    return core_schema(schema)


def _found(paths: Iterable[Path], faults: list[str]) -> Iterator[Found]:
    for path in paths:
        if path.is_dir():
            inside = sorted([*path.rglob("*.graphql"), *path.rglob("*.json")])
            yield from _found(inside, faults)
        elif path.suffix == ".graphql":
            yield Found(str(path), path.read_text(encoding="utf-8"))
        elif path.suffix == ".json":
            yield from _of_manifest(path, faults)
        else:
            faults.append(f"{path}: neither a folder, a .graphql file nor a .json manifest")


def _of_manifest(path: Path, faults: list[str]) -> Iterator[Found]:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        faults.append(f"{path}: no JSON: {fault}")
        return
    operations = body.get("operations") if isinstance(body, dict) else None
    if isinstance(operations, list):  # Apollo's
        body = {one.get("id"): one.get("body") for one in operations if isinstance(one, dict)}
    if not isinstance(body, dict):
        faults.append(f"{path}: neither a map of hash and document nor a manifest of operations")
        return
    for said, text in body.items():
        matched = _HEX.fullmatch(str(said))
        if matched and isinstance(text, str):
            yield Found(f"{path} {matched.group(1)[:12]}", text, f"sha256:{matched.group(1)}")
        else:
            faults.append(f"{path}: {str(said)[:80]!r} is no SHA-256 of a document in hexadecimal digits")


def _document(schema: GraphQLSchema, found: Found, application: str, faults: list[str]) -> PublishedDocument | None:
    """The document, or None after what is wrong was added to `faults`."""
    if found.id not in (None, id_of(found.text)):
        faults.append(f"{found.where}: its hash is not that of its text")
        return None
    if len(found.text.encode()) > BODY_BYTES_MAX:
        faults.append(f"{found.where}: more than {BODY_BYTES_MAX} bytes")
        return None
    try:
        document, errors = prepared(schema, found.text, introspects=False)
    except GraphQLError as unparsed:
        document, errors = None, (unparsed,)
    for error in errors:
        place = error.locations[0] if error.locations else None
        faults.append(f"{found.where}{f':{place.line}:{place.column}' if place else ''}: {error.message}")
    if document is None or errors:
        return None
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if len(operations) != 1 or operations[0].name is None:
        faults.append(f"{found.where}: a published document has one operation, and that has a name")
        return None
    return PublishedDocument(
        operation=operations[0].name.value,
        application=application,
        cost=requested_cost(schema, document, None),
        compiled=_why_not(schema, found.text) is None,
        text=found.text,
    )


def _doubled(documents: Iterable[PublishedDocument]) -> Iterator[str]:
    """Two operations of one name in one release of an application are a slip of its build."""
    seen: set[str] = set()
    for one in documents:
        if one.operation in seen:
            yield f"{one.operation}: two documents of this name"
        seen.add(one.operation)


def _why_not(schema: GraphQLSchema, text: str) -> str | None:
    document, _ = prepared(schema, text, introspects=False)
    plan = compiled(schema, document, None)
    return f"{plan.reason.value}: {plan.detail}" if isinstance(plan, NotCompiled) else None
