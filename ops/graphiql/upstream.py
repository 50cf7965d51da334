"""Passes one GraphQL request on to a region's API and brings its answer back unchanged."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 35.0  # An HTTP API gives up after 30; its own answer should reach the page.
ANSWER_BYTES_MAX = 20_000_000  # Twice what an HTTP API may answer.

FORWARDED = ("Authorization", "Content-Type", "Accept")
RETURNED = ("Content-Type", "Retry-After")


class UpstreamUnreachable(Exception):
    """The API refused the connection, broke it off, or spoke no HTTP."""


class UpstreamSlow(Exception):
    """The API did not answer in time. Whether it did what was asked is unknown."""


@dataclass(frozen=True, slots=True)
class UpstreamAnswer:
    """What the API answered."""

    status: int
    headers: dict[str, str]
    body: bytes


def forward(address: str, body: bytes, headers: dict[str, str]) -> UpstreamAnswer:
    """POST to the address: once, for a mutation must not be sent twice, and without following redirects."""
    target = urlsplit(address)
    if target.scheme != "http" or target.hostname is None:
        raise ValueError(f"not an address of a local API: {address}")
    connection = http.client.HTTPConnection(target.hostname, target.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("POST", target.path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read(ANSWER_BYTES_MAX + 1)
    except TimeoutError as error:
        raise UpstreamSlow(f"{address} did not answer within {TIMEOUT_SECONDS:.0f} s") from error
    except (OSError, http.client.HTTPException) as error:
        raise UpstreamUnreachable(f"{address} does not answer: is the bank up?") from error
    finally:
        connection.close()
    if len(content) > ANSWER_BYTES_MAX:
        raise UpstreamUnreachable(f"{address} answered more than {ANSWER_BYTES_MAX} bytes")
    kept = {name: answer.headers[name] for name in RETURNED if name in answer.headers}
    return UpstreamAnswer(status=answer.status, headers=kept, body=content)
