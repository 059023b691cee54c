"""A rule's condition as a small tree: tried on an event, asked which events concern it, asked whether it could ever hold."""

from collections.abc import Callable, Mapping, Set
from typing import Union

from msgspec import Struct

Fields = Mapping[str, str]
Test = Callable[[Fields, Fields], bool]
"""Of an event's texts without regard to case, and as they are."""
EVERYWHERE = ""
"""Name under which an event's whole text is found; no field has it."""


class Leaf(Struct, frozen=True, kw_only=True):
    """One question to one field.

    absent: the answer when the event has no such field or an empty one, None when that depends. event_ids: for a question
    to the number of the event, those that can be the answer. other: a second field that is asked. need: texts of which the
    field is one, or, when True stands before them, in one of which it ends, each of them a backslash and a name. cost: how
    long asking takes, for the order of asking.
    """

    field: str
    test: Test
    absent: bool | None = False
    event_ids: frozenset[int] | None = None
    other: str = ""
    need: tuple[bool, frozenset[str]] | None = None
    cost: int = 3


class Not(Struct, frozen=True):
    """What does not hold."""

    part: "Node"


class All(Struct, frozen=True):
    """What holds when every part does."""

    parts: tuple["Node", ...]


class Either(Struct, frozen=True):
    """What holds when one part does."""

    parts: tuple["Node", ...]


Node = Union[Leaf, Not, All, Either]  # noqa: UP007


def compiled(node: Node) -> Test:
    """One function that answers the whole condition."""
    if isinstance(node, Leaf):
        return node.test
    if isinstance(node, Not):
        inner = compiled(node.part)
        return lambda folded, plain: not inner(folded, plain)
    tests = tuple(compiled(one) for one in sorted(node.parts, key=_cost))
    if isinstance(node, All):
        if len(tests) == 2:
            first, second = tests
            return lambda folded, plain: first(folded, plain) and second(folded, plain)

        def every(folded: Fields, plain: Fields) -> bool:
            for test in tests:  # noqa: SIM110 - half as quick as a generator
                if not test(folded, plain):
                    return False
            return True

        return every
    if len(tests) == 2:
        one, other = tests
        return lambda folded, plain: one(folded, plain) or other(folded, plain)

    def some(folded: Fields, plain: Fields) -> bool:
        for test in tests:  # noqa: SIM110
            if test(folded, plain):
                return True
        return False

    return some


def _cost(node: Node) -> int:
    if isinstance(node, Leaf):
        return node.cost
    return 1 + (_cost(node.part) if isinstance(node, Not) else max(map(_cost, node.parts)))


def event_ids(node: Node) -> frozenset[int] | None:
    """Numbers of the events that the condition can hold for; None when it names none."""
    if isinstance(node, Leaf):
        return node.event_ids
    if isinstance(node, Not):
        return None
    found = [event_ids(one) for one in node.parts]
    if isinstance(node, All):
        named = [one for one in found if one is not None]
        return frozenset.intersection(*named) if named else None
    whole: set[int] = set()
    for one in found:
        if one is None:
            return None
        whole |= one
    return frozenset(whole)


def fields_of(node: Node) -> set[str]:
    """Names of the fields that it asks."""
    if isinstance(node, Leaf):
        return {node.field, node.other} if node.other else {node.field}
    if isinstance(node, Not):
        return fields_of(node.part)
    return set().union(*(fields_of(one) for one in node.parts))


def possible(node: Node, names: Set[str], known: Fields) -> bool | None:
    """Whether it holds for an event that has at most these fields; None when that depends on their values.

    known: folded values that every such event has.
    """
    if isinstance(node, Leaf):
        if node.field in known:
            return node.test(known, known) if not node.other and node.absent is False else None
        missing = node.field not in names or (node.other != "" and node.other not in names and node.other not in known)
        return node.absent if missing else None
    if isinstance(node, Not):
        inner = possible(node.part, names, known)
        return None if inner is None else not inner
    answers = [possible(one, names, known) for one in node.parts]
    decisive = isinstance(node, Either)
    if decisive in answers:
        return decisive
    return None if None in answers else not decisive
