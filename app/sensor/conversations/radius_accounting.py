"""What an accounting request tells, wherever it was read."""

from app.model.details import RadiusAccounting
from app.sensor.decoders.instants import can_come
from app.sensor.decoders.radius import RadiusPacket

LONGEST_DELAY = 30 * 86400
"""Seconds: a client that says it tried for longer has lost its clock."""
ASTRAY = "accounting requests that say they happened when they cannot have"


def is_astray(packet: RadiusPacket, at: int) -> bool:
    """Whether its Event-Timestamp is that of a clock that was never set."""
    return packet.event_at is not None and not can_come(packet.event_at, at)


def accounting(packet: RadiusPacket, at: int) -> RadiusAccounting:
    """Detail of an Accounting-Request that came at (UTC microseconds).

    When it happened is its Event-Timestamp, where that can be, else its arrival less Acct-Delay-Time (RFC 2866 section 5.2).
    """
    delay = packet.delay_seconds
    happened = None if is_astray(packet, at) else packet.event_at
    if happened is None and delay and delay <= LONGEST_DELAY:
        happened = at - delay * 1_000_000
    return RadiusAccounting(
        status=packet.status or "",
        session=packet.session,
        framed_ip=packet.framed_ip,
        calling_station=packet.calling_station,
        called_station=packet.called_station,
        nas=packet.nas,
        nas_identifier=packet.nas_identifier,
        tunnel_client=packet.tunnel_client,
        session_seconds=packet.session_seconds,
        client_name=packet.client_name,
        nas_port_type=packet.nas_port_type,
        event_at=happened,
        delay_seconds=delay,
    )
