"""Documents that are too large, not of the schema, or of no language: refused before anything runs."""

from collections.abc import Iterator

from graphql import get_introspection_query

from tests.fuzz.by_hand.row import OK, Row
from tests.fuzz.requests import asked


def rows() -> Iterator[Row]:
    nested = "{ viewer " + "{ a " * 50 + "}" * 50 + " }"
    bomb = "{ ...A0 } " + " ".join(f"fragment A{n} on Query {{ {f'...A{n + 1} ' * 3} }}" for n in range(20))
    many = "{ " + " ".join(f"a{number}: viewer {{ person }}" for number in range(1_000)) + " }"
    some = "{ " + " ".join(f"a{number}: viewer {{ person }}" for number in range(16)) + " }"
    release = 'releaseHold(input: {idempotencyKey: "a", holdId: "h"}) { __typename }'
    skips = "{ viewer { person " + "@skip(if: false) " * 3_500 + "} }"
    refused = (
        ("depth 50", nested, "LIMIT_EXCEEDED"),
        ("1,000 aliases", many, "DOCUMENT_INVALID"),
        ("16 aliases", some, "LIMIT_EXCEEDED"),
        (
            "a circle of fragments",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            "DOCUMENT_INVALID",
        ),
        ("a fragment that holds itself", "{ viewer { ...F } } fragment F on Viewer { ...F }", "DOCUMENT_INVALID"),
        ("a bomb of fragments", bomb + " fragment A20 on Query { viewer { person } }", "LIMIT_EXCEEDED"),
        ("3,500 skips, all that fit into a body", skips, "DOCUMENT_INVALID"),
        ("11 skips", "{ viewer { person " + "@skip(if: false) " * 11 + "} }", "LIMIT_EXCEEDED"),
        ("a subscription", "subscription { viewer { person } }", "DOCUMENT_INVALID"),
        ("a deferred part", "{ ... @defer { viewer { person } } }", "DOCUMENT_INVALID"),
        ("a streamed list", "{ viewer { accounts { edges @stream { cursor } } } }", "DOCUMENT_INVALID"),
        ("an unknown field", "{ viewr { person } }", "DOCUMENT_INVALID"),
        ("an unknown argument", '{ account(idd: "a") { __typename } }', "DOCUMENT_INVALID"),
        ("an unknown type", "query($a: Accoun) { viewer { person } }", "DOCUMENT_INVALID"),
        ("an unknown fragment", "{ viewer { ...Persn } }", "DOCUMENT_INVALID"),
        ("an unknown type condition", '{ account(id: "a") { ... on Acount { id } } }', "DOCUMENT_INVALID"),
        ("an unknown variable", "{ account(id: $accountt) { __typename } }", "DOCUMENT_INVALID"),
        ("nothing but white space", " \n\t ", "DOCUMENT_INVALID"),
        ("nothing but a comment", "# { viewer { person } }", "DOCUMENT_INVALID"),
        ("a zero byte", "{ viewer\x00 { person } }", "DOCUMENT_INVALID"),
        ("half a pair as an escape", '{ node(id: "\\ud800") { id } }', "DOCUMENT_INVALID"),
        ("beyond the last character", '{ node(id: "\\u{110000}") { id } }', "DOCUMENT_INVALID"),
        (
            "two changes",
            f"mutation {{ a: {release} b: {release} }}",
            "LIMIT_EXCEEDED",
        ),
        (
            "introspection that multiplies",
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
            "DOCUMENT_INVALID",
        ),
        ("a change asked as a query", "query { closeAccount { __typename } }", "DOCUMENT_INVALID"),
    )
    for name, document, code in refused:
        yield Row(name, asked("owner", document), 400, code, absent="Did you mean")
    enum = 'mutation { openAccount(input: {idempotencyKey: "a", product: CHECKIN, currency: "USD"}) { __typename } }'
    yield Row("an unknown value of an enumeration", asked("owner", enum), 400, "DOCUMENT_INVALID", absent="CHECKING")
    field = 'mutation { releaseHold(input: {idempotencyKey: "a", holdI: "h"}) { __typename } }'
    yield Row("an unknown field of an input", asked("owner", field), 400, "DOCUMENT_INVALID", absent="Did you mean")
    yield Row("introspection", asked("owner", get_introspection_query()), 200, OK)
    yield Row(
        "a block string with a zero byte",
        asked("owner", '{ node(id: """a\x00b""") { id } }'),
        200,
        OK,
    )
    yield Row("an escape that is a zero byte", asked("owner", '{ node(id: "acc_\\u0000") { id } }'), 200, OK)
