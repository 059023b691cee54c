"""Which of many rules one event can match at all, found by looking its texts up in place of trying every rule.

Most rules need a field to be one of a few texts, or a path to end in one of a few names. Such a rule is tried only on events
that have one of them.
"""

from collections.abc import Iterable

from app.engine.sigma.tree import All, Either, Fields, Leaf, Node, Test

Need = tuple[str, bool, frozenset[str]]
"""A field, whether its last name (from the last backslash on) is meant or the whole of it, and the texts in lower case."""
MOST_NEEDS = 8
"""Fields under which one rule is found; one that has more is tried on every event."""
Tried = tuple[int, Test]


def needs(node: Node) -> tuple[Need, ...]:
    """An event that matches meets at least one of these; () when nothing can be said."""
    if isinstance(node, Leaf):
        return () if node.need is None else ((node.field, *node.need),)
    if isinstance(node, All):
        found = [one for one in map(needs, node.parts) if one]
        return max(found, key=_shortest) if found else ()
    if isinstance(node, Either):
        every = [needs(one) for one in node.parts]
        joined = tuple(need for one in every for need in one)
        return joined if all(every) and len(joined) <= MOST_NEEDS else ()
    return ()


class Index:
    """Rules that concern one kind of event, by what they need."""

    def __init__(self, rules: Iterable[tuple[int, Test, tuple[Need, ...]]]) -> None:
        always: list[Tried] = []
        tables: dict[tuple[str, bool], dict[str, list[Tried]]] = {}
        for place, test, needed in rules:
            if not needed:
                always.append((place, test))
            for field, last, texts in needed:
                table = tables.setdefault((field, last), {})
                for text in texts:
                    table.setdefault(text, []).append((place, test))
        self._always = tuple(always)
        self._tables = tuple((field, last, table) for (field, last), table in tables.items())
        self.empty = not always and not tables

    def matched(self, folded: Fields, plain: Fields) -> list[int]:
        """Places of the rules that match."""
        found = [place for place, test in self._always if test(folded, plain)]
        for field, last, table in self._tables:
            text = folded.get(field)
            if text is None:
                continue
            if last:
                begin = text.rfind("\\")
                if begin < 0:
                    continue
                text = text[begin:]
            for place, test in table.get(text, ()):
                if place not in found and test(folded, plain):
                    found.append(place)
        return found


def _shortest(needed: tuple[Need, ...]) -> int:
    """Long texts are rarer than short ones."""
    return min(len(text) for _, _, texts in needed for text in texts)
