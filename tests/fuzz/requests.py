"""A request as it goes over the wire, whoever answers it, and the strategies that make requests of documents."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st

from tests.fuzz import documents, words
from tests.fuzz.documents import Document
from tests.fuzz.names import Cast, resolved

JSON: Final = "application/json"
RESPONSE: Final = "application/graphql-response+json"
HEADERS: Final[Mapping[str, str]] = {"content-type": JSON, "accept": RESPONSE}
"""So that the status says what happened."""


@dataclass(frozen=True)
class Sent:
    """Who asks and what is sent. Texts may hold names in angle brackets."""

    role: str
    body: str | bytes
    method: str = "POST"
    path: str = "/graphql"
    headers: Mapping[str, str] = field(default_factory=lambda: HEADERS)

    def bytes_for(self, cast: Cast) -> bytes:
        return self.body if isinstance(self.body, bytes) else resolved(self.body, cast).encode()


@dataclass(frozen=True)
class Answered:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    faults: tuple[str, ...] = ()
    """What the function wrote into its log as a fault while it answered, where that can be seen."""


def asked(role: str, document: Document | str, **variables: Any) -> Sent:
    if isinstance(document, str):
        document = Document(document, variables)
    said: dict[str, Any] = {"query": document.text}
    if document.variables:
        said["variables"] = document.variables
    return Sent(role, json.dumps(said))


@st.composite
def requests(draw: st.DrawFn, made: st.SearchStrategy[Document], roles: tuple[str, ...]) -> Sent:
    """The document in its envelope, and the envelope now and then not quite as it should be."""
    document = draw(made)
    said: dict[str, Any] = {"query": document.text}
    plain = draw(st.sampled_from([True, False]))
    if document.variables or plain:
        said["variables"] = document.variables
    envelope = draw(st.sampled_from([0] * 24 + [1, 2, 3, 4]))
    if envelope == 1:
        said["operationName"] = draw(st.one_of(st.sampled_from(["Op", "", "Nobody", None]), words.json_values))
    elif envelope == 2:
        said["variables"] = draw(words.json_values)
    elif envelope == 3:
        said[draw(st.sampled_from(["extensions", "id", "query ", "persisted", "documentId"]))] = draw(words.json_values)
    elif envelope == 4:
        said["variables"] = {**document.variables, "more": draw(words.json_values)}
    return Sent(draw(st.sampled_from(document.askers or roles)), json.dumps(said, ensure_ascii=plain))


any_document: st.SearchStrategy[Document] = st.one_of(
    documents.changes(), documents.changes(), documents.allowed(), documents.several(), documents.torn()
)
