"""Small invented networks: users, groups and computers by their first letter, arcs in one line each."""

from typing import Any

from app.engine.paths.arcs import Arc
from app.engine.paths.network import Network, View, network, view
from app.model.entity import EntityRef

HOUR = 3_600_000_000
NOW = 1_767_607_200_000_000
KINDS = {"u": "user", "g": "group", "c": "computer", "d": "domain"}


def ref(name: str) -> EntityRef:
    """u1 is a user, g1 a group, c1 a computer, d a domain."""
    return EntityRef(KINDS[name[0]], f"{KINDS[name[0]]}:{name}", name)  # type: ignore[arg-type]


def arc(text: str, **more: Any) -> Arc:
    """ "u1 admin c1": a standing arc, or a seen one with first and last (hours before NOW)."""
    origin, kind, target = text.split()
    ago = more.pop("ago", None)
    if ago is not None:
        first, last = ago if isinstance(ago, tuple) else (ago, ago)
        more |= {"seen": True, "first": NOW - int(first * HOUR), "last": NOW - int(last * HOUR)}
    held = {"right": kind, "first": NOW - 24 * HOUR, "last": NOW - 24 * HOUR} | more
    return Arc(origin=ref(origin).key, target=ref(target).key, kind=kind, **held)  # type: ignore[arg-type]


def joined(*arcs: Arc) -> Network:
    """A network of arcs."""
    named = {key for one in arcs for key in (one.origin, one.target)}
    refs = {key: ref(key.partition(":")[2]) for key in named if key != "group:authenticated users"}
    refs["group:authenticated users"] = EntityRef("group", "group:authenticated users", "Authenticated Users")
    return network(arcs, refs)


def seen(*arcs: Arc, sensitive: tuple[str, ...] = ("u9",), window: int = 48 * HOUR, at: int = NOW, **more: Any) -> View:
    """The view of arcs now."""
    return view(joined(*arcs), at, window, [ref(one).key for one in sensitive], **more)


def node(of: View, name: str) -> int:
    """Number of a node."""
    return of.net.number[ref(name).key]


def told(of: View, edges: tuple[int, ...]) -> str:
    """ "u1 admin c1 session u9"."""
    net = of.net
    words = ("member", "admin", "remote", "session", "control")
    names = [net.refs[int(net.origin[edges[0]])].label]
    for edge in edges:
        names += [words[int(net.kind[edge])], net.refs[int(net.target[edge])].label]
    return " ".join(names)
