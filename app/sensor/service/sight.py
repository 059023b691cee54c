"""What a sensor saw of each controller, and which addresses came by: read from its activities before they are sent."""

import ipaddress
import socket
from collections.abc import Iterable

import msgspec
import psutil
from msgspec import Struct

from app.model.activity import NAMED
from app.model.sensor import Controller, ControllerSight, SensorConfig
from app.sensor.live import interface_names

MOST_ADDRESSES = 10_000
"""Addresses that are remembered, so that a resolver is asked for each once."""


class _End(Struct, frozen=True, gc=False):
    ip: str = ""


class _Seen(Struct, frozen=True, gc=False):
    """What is asked of an activity here; all else of it is passed over."""

    at: int
    frames: tuple[int, ...] = ()
    source: _End | None = None
    destination: _End | None = None


_decode = msgspec.msgpack.Decoder(list[_Seen]).decode


class Sight:
    """Counts for the controllers of a configuration; what was counted stays when it changes.

    addresses: those that came by and nobody took yet.
    """

    def __init__(self) -> None:
        self._of: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._packets: dict[str, int] = {}
        self._last: dict[str, int] = {}
        self._controllers: tuple[Controller, ...] = ()
        self._known: set[str] = set()
        self.wishing = False
        self.addresses: list[str] = []

    def configure(self, config: SensorConfig, own: Iterable[str] | None = None) -> None:
        """Look for these controllers. own: addresses of this machine, by default those it has."""
        self._controllers = config.controllers
        self._of, self._names = {}, {}
        for one in config.controllers:
            addresses = one.addresses
            if not addresses and config.kind == "sensor":
                addresses = tuple(own_addresses() if own is None else own)
            self._of |= {ipaddress.ip_address(address).compressed: one.fqdn for address in addresses}
            name = one.fqdn.lower().rstrip(".")
            self._names |= {NAMED + name: one.fqdn, NAMED + name.partition(".")[0]: one.fqdn}

    def see(self, batch: bytes) -> int | None:
        """Count a batch of activities; the time of the first one. Raises msgspec.MsgspecError for other bytes."""
        found = _decode(batch)
        for one in found:
            for end in (one.source, one.destination):
                if end is None or not end.ip:
                    continue
                fqdn = self._of.get(end.ip) or self._names.get(end.ip)
                if fqdn is not None:
                    self._packets[fqdn] = self._packets.get(fqdn, 0) + max(len(one.frames), 1)
                    self._last[fqdn] = max(self._last.get(fqdn, 0), one.at)
                elif self.wishing and end.ip not in self._known and not end.ip.startswith(NAMED):
                    if len(self._known) >= MOST_ADDRESSES:
                        self._known.clear()
                    self._known.add(end.ip)
                    self.addresses.append(end.ip)
        return found[0].at if found else None

    def sights(self, reachable: dict[str, bool]) -> tuple[ControllerSight, ...]:
        """What was seen of each controller of the configuration. reachable: whether its directory answers, if that is known."""
        return tuple(
            ControllerSight(
                fqdn=one.fqdn,
                packets=self._packets.get(one.fqdn, 0),
                last=self._last.get(one.fqdn),
                reachable=reachable.get(one.fqdn.lower()),
            )
            for one in self._controllers
        )

    def take(self) -> list[str]:
        """The addresses that came by since the last time."""
        taken, self.addresses = self.addresses, []
        return taken


def adapters() -> tuple[str, ...]:
    """Interfaces that packets may be captured on, each with its addresses behind its name."""
    have = psutil.net_if_addrs()
    families = socket.AF_INET, socket.AF_INET6
    return tuple(
        " ".join((name, *(one.address.partition("%")[0] for one in have.get(name, ()) if one.family in families)))
        for name in interface_names()
    )


def own_addresses() -> list[str]:
    """Addresses of this machine's interfaces, without those that only it can use."""
    found = []
    for many in psutil.net_if_addrs().values():
        for one in many:
            try:
                address = ipaddress.ip_address(one.address.partition("%")[0])
            except ValueError:
                continue
            if not address.is_loopback:
                found.append(address.compressed)
    return found
