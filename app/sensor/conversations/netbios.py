"""NetBIOS name service: stations that register, refresh, answer for, list their names."""

from app.model.activity import Activity
from app.model.details import NameObservation
from app.sensor.decoders import netbios
from app.sensor.frame import Count, Emit, Flow

SEEN_LIMIT = 1024


class NetbiosNameUdp:
    """Datagrams of port 137. One observation for each claim in a conversation; source is the speaker, destination the hearer."""

    def __init__(self, flow: Flow, emit: Emit, count: Count) -> None:
        self.flow = flow
        self.emit = emit
        self.count = count
        self.seen: set[tuple[str, str, str]] = set()

    def measure(self, from_client: bool, data: bytes, start: int, end: int) -> tuple[int, int]:
        """Not used: datagrams are whole."""
        return end - start, end - start

    def message(self, from_client: bool, data: bytes, at: int, frames: tuple[int, ...], ordinal: int) -> None:
        message = netbios.decode(data)
        if message is None:
            self.count("NetBIOS name message not understood", frames[0])
            return
        speaker, hearer = (self.flow.client, self.flow.server) if from_client else (self.flow.server, self.flow.client)
        for place, claim in enumerate(message.claims):
            address = claim.address or speaker.ip
            key = (address, claim.name, claim.role)
            if key in self.seen:
                continue
            if claim.role == "user" and (address, claim.name, "computer") in self.seen:
                continue  # the messenger's entry for the computer itself
            if len(self.seen) >= SEEN_LIMIT:
                self.seen.clear()
            self.seen.add(key)
            self.emit(
                Activity(
                    at=at,
                    until=at,
                    input=self.flow.input,
                    frames=frames,
                    ordinal=ordinal + place,
                    source=speaker,
                    destination=hearer,
                    detail=NameObservation(
                        address=address, name=claim.name, method="netbios", role=claim.role, hardware=message.hardware
                    ),
                )
            )

    def lost(self, from_client: bool) -> None:
        """Datagrams have nothing to lose."""

    def expire(self, now: int) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing waits here."""
