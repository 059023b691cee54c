"""Which interfaces listen where, as endpoint mappers said and accepted binds showed in one input.

The knowledge outlives the connection that brought it, and belongs to the input: it is kept here by the input's key. Every entry
has the time at which it was said and serves later calls only, so a second reading of the same input sees the same.
"""

from collections import OrderedDict

_INPUTS = 8
_ENDPOINTS = 4096
_INTERFACES = 64

_known: OrderedDict[str, dict[tuple[str, int], dict[str, int]]] = OrderedDict()


def learn(key: str, ip: str, port: int, interface: str, at: int) -> None:
    """Interface listens on that address and port, said at (UTC microseconds) in the input of that key."""
    places = _known.get(key)
    if places is None:
        places = _known[key] = {}
        while len(_known) > _INPUTS:
            _known.popitem(last=False)
    interfaces = places.get((ip, port))
    if interfaces is None:
        if len(places) >= _ENDPOINTS:
            return
        interfaces = places[ip, port] = {}
    if interface in interfaces:
        interfaces[interface] = min(at, interfaces[interface])
    elif len(interfaces) < _INTERFACES:
        interfaces[interface] = at


def listening(key: str, ip: str, port: int, at: int) -> tuple[str, ...]:
    """Interfaces that were said to listen there before at, in the order in which they were said."""
    said = _known.get(key, {}).get((ip, port), {})
    return tuple(sorted((one for one, when in said.items() if when <= at), key=lambda one: (said[one], one)))
