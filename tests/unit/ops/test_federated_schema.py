"""Every entity has its key, and `node` finds it by that key."""

import pytest
from graphql import GraphQLInterfaceType, GraphQLObjectType, build_schema, print_ast

from graph.documents import core_schema
from graph.schema import schema
from ops.federated_schema import federated
from ops.schema import sdl
from tests.access.paths import KIND_OF, value_of
from tests.access.scene import MAKER, OWNER, Scene, scene

TEXT = federated(sdl())
NODE = core_schema(schema).type_map["Node"]
assert isinstance(NODE, GraphQLInterfaceType)
ENTITIES = sorted(kind.name for kind in core_schema(schema).get_implementations(NODE).objects)


@pytest.fixture(name="scene", scope="module")
def a_scene() -> Scene:
    return scene()


def test_it_is_a_schema() -> None:
    assert set(build_schema(TEXT).type_map) >= set(core_schema(schema).type_map)


def test_entities_have_keys_and_nothing_else_has() -> None:
    keyed = {
        kind.name: [print_ast(one) for one in kind.ast_node.directives or () if one.name.value == "key"]
        for kind in build_schema(TEXT).type_map.values()
        if isinstance(kind, GraphQLObjectType) and kind.ast_node
    }

    assert {name: keys for name, keys in keyed.items() if keys} == {name: ['@key(fields: "id")'] for name in ENTITIES}
    assert 'interface Node @key(fields: "id") {' in TEXT


def test_the_rest_is_the_schema_as_it_is() -> None:
    without = TEXT.partition("\ndirective @lookup on FIELD_DEFINITION\n\n")[2]

    assert without.replace(' @key(fields: "id")', "").replace(" @lookup", "") == sdl()


def test_one_field_finds_by_key() -> None:
    assert TEXT.count(" @lookup") == 2  # where it is defined, and where it stands
    assert "): Node @lookup" in TEXT


def test_a_schema_without_a_field_that_finds_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no field `node`"):
        federated("type Query { a: Int }")


FOR_STAFF = ("case", "approval", "delivery", "file", "batch", "entry", "receivedFile", "receivedEntry")


@pytest.mark.parametrize(("word", "kind"), KIND_OF.items())
def test_what_a_gateway_asks_for_by_key_is_found(scene: Scene, word: str, kind: str) -> None:
    """As a gateway does: only the name of the type and its key are known."""
    wanted = value_of(scene, "journal:transfer" if word == "journal" else word)

    seer = MAKER if word in FOR_STAFF else scene.actor(OWNER)
    answer = scene.world.ask(seer, "query($id: ID!) { node(id: $id) { __typename id } }", id=wanted)

    assert answer.data == {"node": {"__typename": kind, "id": wanted}}


def test_every_entity_is_found_so() -> None:
    assert sorted(KIND_OF.values()) == ENTITIES


def test_the_api_itself_serves_no_gateway() -> None:
    core = core_schema(schema)
    assert core.query_type
    assert not {"_service", "_entities"} & set(core.query_type.fields)
    assert "_Any" not in core.type_map
