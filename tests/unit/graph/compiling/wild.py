"""A schema in which everything goes wrong: resolvers answer nothing, raise, answer errors or things of another type.

What each does is thrown with the dice of the context. Two executions with the same dice meet the same luck as long as
they call the same resolvers in the same order, so a difference in that shows as well.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Final, Generic, NewType, TypeVar

import strawberry
from graphql import GraphQLError, GraphQLSchema
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

from graph.documents import core_schema

Item = TypeVar("Item")


@dataclass
class Dice:
    seed: int
    wildness: float = 0.2
    thrown: list[str] = field(default_factory=list)
    fortune: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.fortune = random.Random(self.seed)

    def luck(self, where: str, good: Callable[[], Any]) -> Any:
        """What the resolver answers: what it should, or something it should not."""
        self.thrown.append(where)
        return self.fortune.choice(MISHAPS)(where) if self.fortune.random() < self.wildness else good()


@dataclass
class Aimed(Dice):
    """One mishap, at one place."""

    place: str = ""
    mishap: int = 0

    def luck(self, where: str, good: Callable[[], Any]) -> Any:
        self.thrown.append(where)
        return MISHAPS[self.mishap](where) if where == self.place else good()


def _raise(error: Exception) -> Any:
    raise error


def _failing_rows() -> Iterator[Any]:
    yield None
    raise RuntimeError("no more rows")


MISHAPS: Final[list[Callable[[str], Any]]] = [
    lambda _: None,
    lambda _: None,
    lambda where: _raise(ValueError(f"raised in {where}")),
    lambda where: ValueError(f"answered by {where}"),
    lambda where: _raise(GraphQLError(f"public {where}", extensions={"code": "PUBLIC"})),
    lambda where: _raise(GraphQLError(f"elsewhere {where}", path=["some", "where", 1])),
    lambda _: "a text",
    lambda _: "",
    lambda _: b"bytes",
    lambda _: 17,
    lambda _: 2**40,
    lambda _: True,
    lambda _: 1.5,
    lambda _: float("nan"),
    lambda _: float("inf"),
    lambda _: Decimal(7),
    lambda _: {"a": 1},
    lambda _: [],
    lambda _: [None],
    lambda _: ["a", None, 3, ValueError("in a list"), object],
    lambda _: (1, 2),
    lambda _: (one for one in ("x", 2, None)),
    lambda _: _failing_rows(),
    lambda _: {1},
    lambda _: [[1], None, [None, "2"]],
    lambda _: Mood.HAPPY,
    lambda _: [Mood.SAD, "HAPPY", 3],
    lambda _: strawberry.UNSET,
    lambda _: Stone(weight=1),
    lambda _: strawberry.cast(Dog, Stray()),
    lambda _: strawberry.cast(Cat, some_dog()),
    lambda _: strawberry.cast(Stray, some_dog()),
    lambda _: [strawberry.cast(Cat, some_dog()), some_dog()],
    lambda _: [strawberry.cast(Dog, Stone(weight=4))],
    lambda _: [Stone(weight=2), Stray(), None],
    lambda _: Stray(),
    lambda _: object,
]


class Mood(Enum):
    HAPPY = "happy"
    SAD = ("sad", 1)
    ODD = 3


strawberry.enum(Mood)

Shout = NewType("Shout", str)


def _shouted(value: Any) -> Any:
    if value == "silence":
        return None
    text: str = value.upper()
    return text


SHOUT: Final = strawberry.scalar(name="Shout", serialize=_shouted, parse_value=lambda value: _shouted(value) + "!")


class Stray:
    """Of no type of the schema."""

    id = "stray"
    name = "Stray"

    def __repr__(self) -> str:
        return "a stray"


class Allowed(BasePermission):
    message = "not allowed"

    def has_permission(self, source: Any, info: strawberry.Info, **kwargs: Any) -> bool:
        return bool(info.context.luck("permission", lambda: True))


class Louder(FieldExtension):
    def resolve(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        answer = next_(source, info, **kwargs)
        return f"{answer}, louder at {info.path.key}"


@strawberry.input
class Nested:
    number: int
    text: str | None = "given"
    mood: Mood = Mood.HAPPY
    when: datetime | None = None
    inner: "Nested | None" = None
    shout: strawberry.Maybe[Shout]
    note: str | None
    many: list["Nested"] | None = None


@strawberry.input(one_of=True)
class EitherInput:
    one: strawberry.Maybe[int]
    other: strawberry.Maybe[str]


@strawberry.interface
class Being:
    id: strawberry.ID
    name: str | None

    @strawberry.field
    def friend(self, info: strawberry.Info) -> "Being | None":
        return info.context.luck("Being.friend", lambda: some_being(info.context))  # type: ignore[no-any-return]

    @strawberry.field
    def best_friend(self, info: strawberry.Info) -> "Being":
        return info.context.luck("Being.best_friend", lambda: some_being(info.context))  # type: ignore[no-any-return]


@strawberry.type
class Stone:
    weight: int

    @strawberry.field
    def under(self, info: strawberry.Info) -> "list[Pet]":
        return info.context.luck("Stone.under", lambda: [some_pet(info.context) for _ in range(2)])  # type: ignore[no-any-return]


@strawberry.type
class Page(Generic[Item]):
    rows: list[Item]
    first: Item | None = None
    count: int = 1


@strawberry.type
class Cat(Being):
    lives: int
    mood: Mood | None
    moods: list[Mood]
    toys: list[str | None] | None
    grid: list[list[int | None] | None] | None
    strict_grid: list[list[int]]
    weight: float
    asleep: bool | None
    shout: Shout | None
    born: datetime
    dog: "Dog | None"
    dogs: "list[Dog]"
    kittens: list["Cat | None"] | None

    @strawberry.field
    def twin(self, info: strawberry.Info) -> "Cat":
        return info.context.luck("Cat.twin", lambda: cat(info.context))  # type: ignore[no-any-return]

    @strawberry.field
    def page(self, info: strawberry.Info) -> "Page[Cat] | None":
        return info.context.luck(  # type: ignore[no-any-return]
            "Cat.page", lambda: Page(rows=[cat(info.context)], first=None, count=2)
        )

    @strawberry.field
    def plain(self) -> str:
        return f"plain {self.lives!r}"

    @strawberry.field(permission_classes=[Allowed])  # type: ignore[untyped-decorator]  # strawberry's has no types here
    def secret(self) -> str | None:
        return "secret"

    @strawberry.field(extensions=[Louder()])  # type: ignore[untyped-decorator]  # as above
    def loud(self, times: int = 1) -> str | None:
        return "loud" * times

    @strawberry.field
    def by_root(root: strawberry.Parent["Cat"], number: int = 2) -> str:  # noqa: N805 - strawberry's way
        return f"{root.id} {number}"

    @strawberry.field
    @staticmethod
    def fixed(text: str = "fixed") -> str:
        return text

    @strawberry.field
    def place(self, info: strawberry.Info) -> str:
        chosen = [getattr(one, "name", type(one).__name__) for one in info.selected_fields]
        return repr(
            (
                info.path,
                info.field_name,
                info.python_name,
                chosen,
                sorted(info.variable_values),
                info.root_value,
            )
        )


@strawberry.type
class Dog(Being):
    barks: int | None
    mood: Mood

    @strawberry.field
    def chases(self, info: strawberry.Info) -> "Pet":
        return info.context.luck("Dog.chases", lambda: some_pet(info.context))  # type: ignore[no-any-return]

    @strawberry.field
    def names(self, info: strawberry.Info, count: int = 2) -> list[str]:
        return info.context.luck("Dog.names", lambda: (f"name {n}" for n in range(min(abs(count), 5))))  # type: ignore[no-any-return]


Pet = Annotated[Cat | Dog | Stone, strawberry.union("Pet")]


def some_being(dice: Dice) -> Any:
    return dice.fortune.choice([cat, dog])(dice)


def some_pet(dice: Dice) -> Any:
    makers: list[Callable[[Dice], Any]] = [cat, dog, lambda _: Stone(weight=3)]
    return dice.fortune.choice(makers)(dice)


def cat(dice: Dice) -> Cat:
    def of(name: str, good: Any) -> Any:
        try:
            return dice.luck(f"cat.{name}", lambda: good)
        except Exception as error:  # noqa: BLE001 - an attribute holds it, and the answer finds it
            return error

    return Cat(
        id=of("id", strawberry.ID("c1")),
        name=of("name", "Tom"),
        lives=of("lives", 9),
        mood=of("mood", Mood.HAPPY),
        moods=of("moods", [Mood.SAD, Mood.ODD]),
        toys=of("toys", ["ball", None]),
        grid=of("grid", [[1, None], None, []]),
        strict_grid=of("strict_grid", [[1], [2, 3]]),
        weight=of("weight", 2.5),
        asleep=of("asleep", False),
        shout=of("shout", dice.fortune.choice(["hey", "silence"])),
        born=of("born", datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)),
        dog=of("dog", dog(dice)),
        dogs=of("dogs", [dog(dice)]),
        kittens=of("kittens", [None]),
    )


def dog(dice: Dice) -> Dog:
    return Dog(
        id=strawberry.ID("d1"),
        name=dice.fortune.choice(["Rex", None]),
        barks=dice.fortune.choice([1, None, "3"]),  # type: ignore[arg-type]  # a text that is a number passes
        mood=dice.fortune.choice([Mood.SAD, Mood.SAD, "SAD"]),  # type: ignore[arg-type]  # a text is no mood
    )


def some_dog() -> Dog:
    return dog(Dice(0))


def echoed(*given: Any) -> str:
    return repr(given)


@strawberry.type
class Query:
    @strawberry.field
    def cat(self, info: strawberry.Info) -> Cat | None:
        return info.context.luck("Query.cat", lambda: cat(info.context))  # type: ignore[no-any-return]

    @strawberry.field
    def cats(self, info: strawberry.Info, first: int = 2) -> list[Cat]:
        count = min(abs(first), 4)
        return info.context.luck("Query.cats", lambda: [cat(info.context) for _ in range(count)])  # type: ignore[no-any-return]

    @strawberry.field
    def strays(self, info: strawberry.Info) -> list[Being | None] | None:
        return info.context.luck("Query.strays", lambda: [some_being(info.context), None, some_being(info.context)])  # type: ignore[no-any-return]

    @strawberry.field
    def pets(self, info: strawberry.Info) -> list[Pet] | None:
        return info.context.luck("Query.pets", lambda: tuple(some_pet(info.context) for _ in range(3)))  # type: ignore[no-any-return]

    @strawberry.field
    def pet(self, info: strawberry.Info) -> Pet | None:
        return info.context.luck("Query.pet", lambda: some_pet(info.context))  # type: ignore[no-any-return]

    @strawberry.field
    def being(self, info: strawberry.Info) -> Being:
        return info.context.luck("Query.being", lambda: some_being(info.context))  # type: ignore[no-any-return]

    @strawberry.field
    def numbers(self) -> Page[int]:
        return Page(rows=[1, 2], first=3)

    @strawberry.field
    def echo(
        self,
        *,
        number: int,
        text: str | None = "default",
        mood: Mood | None = Mood.SAD,
        moods: list[Mood] | None = None,
        many: list[int] | None = strawberry.UNSET,
        grid: list[list[int | None]] | None = None,
        nested: Nested | None = None,
        all_nested: list[Nested | None] | None = None,
        when: datetime | None = None,
        shout: Shout | None = None,
        either: EitherInput | None = None,
        flag: bool = True,
        ratio: float | None = 1,
        id: strawberry.ID | None = None,  # noqa: A002 - the schema's name
    ) -> str | None:
        return echoed(number, text, mood, moods, many, grid, nested, all_nested, when, shout, either, flag, ratio, id)

    @strawberry.field
    def grown(self, many: list[int] = [1]) -> int:  # noqa: B006 - whether requests share it is what is asked
        many.append(1)
        return len(many)

    @strawberry.field
    def again(self) -> "Query":
        return Query()

    @strawberry.field
    def maybe(self, info: strawberry.Info) -> "Query | None":
        return info.context.luck("Query.maybe", Query)  # type: ignore[no-any-return]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def throw(self, info: strawberry.Info, nested: Nested | None = None) -> int | None:
        return info.context.luck("Mutation.throw", lambda: len(info.context.thrown) + (nested.number if nested else 0))  # type: ignore[no-any-return]

    @strawberry.mutation
    def must_throw(self, info: strawberry.Info) -> Pet:
        return info.context.luck("Mutation.must_throw", lambda: some_pet(info.context))  # type: ignore[no-any-return]


def wild_schema() -> GraphQLSchema:
    built = strawberry.Schema(
        query=Query, mutation=Mutation, types=[Dog], config=StrawberryConfig(scalar_map={Shout: SHOUT})
    )
    return core_schema(built)
