"""The conversations of this program, each given the keyring of its input."""

from collections.abc import Callable

from app.sensor.conversations.conversation import Conversation
from app.sensor.conversations.keyring import Keyring
from app.sensor.conversations.registry import TCP, UDP, Kind, sniff_tcp
from app.sensor.decoders.keytab import Keys
from app.sensor.frame import Count, Emit, Flow


def keyed(keys: Keys) -> tuple[dict[int, Kind], dict[int, Kind], Callable[[bytes], Kind | None]]:
    """(TCP, UDP, sniff) as in the registry, for one input: its conversations share what the keys opened in it."""
    ring = Keyring(keys)

    def given(kind: Kind) -> Kind:
        def make(flow: Flow, emit: Emit, count: Count) -> Conversation:
            return kind(Flow(flow.input, flow.client, flow.server, flow.transport, ring), emit, count)

        return make

    made = {kind: given(kind) for kind in (*TCP.values(), *UDP.values())}

    def sniff(head: bytes) -> Kind | None:
        kind = sniff_tcp(head)
        return None if kind is None else made.setdefault(kind, given(kind))

    return {port: made[kind] for port, kind in TCP.items()}, {port: made[kind] for port, kind in UDP.items()}, sniff
