"""Signing in and service tickets as Windows, MIT and macOS clients do it, told by packets and by the KDC's log."""

from msgspec import Struct

from app.model import activity
from app.model.details import KerberosAp, KerberosAs, KerberosTgs
from benchmarks.quality.benign.domain import DNS, NETBIOS, REALM, SERVICES, Account, Computer, Domain
from benchmarks.quality.benign.simulation import HOUR, SECOND, Simulation
from benchmarks.quality.benign.windows_log import Log

AS_OPTIONS, TGS_OPTIONS, FORWARD = 0x40810010, 0x40810000, 0x60810010
NEVER = 2_136_422_885_000_000
"""20370913024805Z, which Windows asks for."""
WINDOWS, WINDOWS_TGS, MIT, MAC = (
    (18, 17, 23, 24, -135, 3),
    (18, 17, 23, 24, -135),
    (18, 17, 20, 19, 16, 23, 25, 26),
    (18, 17, 16, 23),
)
BRANCH_NUMBER = 21_843
"""Of the read-only controller's own krbtgt: the high half of the key versions of its tickets (MS-KILE 3.1.5.8)."""


class Ticket(Struct, kw_only=True):
    """A ticket that was issued."""

    hash: str
    service: str
    client: Account
    etype: int
    kvno: int
    size: int
    ends: int
    realm: str = REALM
    client_realm: str = REALM


class Kdc:
    """What clients ask of controllers, and their caches."""

    def __init__(self, sim: Simulation, domain: Domain, log: Log) -> None:
        self.sim, self.domain, self.log = sim, domain, log
        self._cache: dict[tuple[str, str, str], Ticket] = {}
        self.down: set[str] = set()

    def controller(self, computer: Computer) -> Computer:
        """The controller that a computer asks: its site's, now and then another."""
        if computer.site == "Bremen" and not self.sim.chance(0.1):
            return next(one for one in self.domain.controllers if one.name.startswith("RODC"))
        near = [one for one in self.domain.controllers if one.site == computer.site and not one.name.startswith("RODC")]
        near = near or [one for one in self.domain.controllers if one.site == "Aachen"]
        return near[ord(computer.name[-1]) % len(near)]

    def forget(self, computer: Computer) -> None:
        """A computer was switched off: its tickets are gone."""
        self._cache = {key: one for key, one in self._cache.items() if key[0] != computer.name}

    def _requested(self, computer: Computer, rc4_only: bool) -> tuple[int, ...]:
        if rc4_only:
            return 23, 24, -135, 3
        return {"windows": WINDOWS, "mac": MAC}.get(computer.system, MIT)

    def sign_in(
        self, computer: Computer, who: Account, *, ip: str = "", dc: Computer | None = None, wrong: int = 0, upn: bool = False,
        rc4_only: bool = False, service: str = "",
    ) -> Ticket | None:  # fmt: skip
        """AS exchanges: without proof first, then with it; wrong passwords before; None when refused for good."""
        ip, dc, rc4_only = ip or computer.ip, dc or self.controller(computer), rc4_only or computer.rc4_only
        windows = computer.system == "windows"
        asked = self._requested(computer, rc4_only)
        etype = 23 if rc4_only or who.etype == 23 else 18
        name = f"{who.name}@{DNS}" if upn else who.name.lower() if who.name.endswith("$") and windows else who.name
        short = not who.name.endswith("$") and windows and not upn and self.sim.chance(0.5)
        common = {
            "client": name, "service": service or f"krbtgt/{NETBIOS if short else REALM}", "request_etypes": asked,
            "options": AS_OPTIONS if windows else 0x40000010, "till": NEVER if windows else self.sim.now + 24 * HOUR,
            "renew_till": NEVER if windows else None, "client_name_type": 10 if upn else 1,
            "client_addresses": (computer.name,) if windows else (), "pac_request": True if windows else None,
        }  # fmt: skip
        first: tuple[int, ...] = (128,) if windows else (150, 149)
        said = activity.Account(name=name, domain=NETBIOS if short else REALM)
        self.sim.packet(
            KerberosAs(
                **common,
                realm=NETBIOS if short else REALM,
                pa_types=first,
                offered_etypes=(18, 23) if etype == 18 else (23,),
                server_time=self.sim.now // SECOND * SECOND,
            ),
            ip,
            dc.ip,
            88,
            code=25,
            account=said,
        )
        proof = (16, *first) if who.card else (2, *first)
        for _ in range(wrong):
            self.sim.packet(
                KerberosAs(**common, realm=NETBIOS if short else REALM, pa_types=proof, padata_etype=etype,
                           offered_etypes=(18, 23), server_time=self.sim.now // SECOND * SECOND),
                ip, dc.ip, 88, code=24, account=said)  # fmt: skip
            self.log.proof_failed(dc, who, ip)
            if windows and dc.name != "DC1" and self.sim.chance(0.9):
                self.sim.pause(0.01, 0.05)  # The controller asks the emulator of the PDC before it refuses (MS-ADTS 6.1.5.3).
            self.sim.pause(3, 12)
        ticket = self._issued(who, service or f"krbtgt/{REALM}", 18 if not rc4_only else 23, dc)
        self.sim.packet(
            KerberosAs(**common, realm=REALM, pa_types=proof, padata_etype=None if who.card else etype, reply_etype=etype,
                       ticket_etype=ticket.etype, ticket_kvno=ticket.kvno, ticket_size=ticket.size, ticket_hash=ticket.hash,
                       offered_etypes=(etype,), pkinit=who.card),
            ip, dc.ip, 88, code=0, account=activity.Account(name=who.name, domain=REALM))  # fmt: skip
        self.log.tgt(dc, who, ip, etype=ticket.etype, proof="16" if who.card else "2")
        self._cache[(computer.name, who.name, "")] = ticket
        return ticket

    def refused(self, computer: Computer, who: Account, code: int, *, status: int = 0, ip: str = "", name: str = "") -> None:
        """An AS exchange that the controller refuses before any proof: unknown name, expired, disabled, clock skew."""
        ip, dc = ip or computer.ip, self.controller(computer)
        proof: tuple[int, ...] = (128,) if code in (6, 18) else (2, 128)
        detail = KerberosAs(
            client=name or who.name,
            realm=REALM,
            service=f"krbtgt/{REALM}",
            request_etypes=self._requested(computer, computer.rc4_only),
            pa_types=proof,
            padata_etype=(23 if computer.rc4_only else 18) if 2 in proof else None,
            options=AS_OPTIONS,
            till=NEVER,
            client_name_type=1,
            pac_request=True,
            client_addresses=(computer.name,),
            error_status=status or None,
            server_time=self.sim.now // SECOND * SECOND,
        )
        self.sim.packet(detail, ip, dc.ip, 88, code=code, account=activity.Account(name=name or who.name, domain=REALM))
        if code in (6, 18, 23):
            self.log.tgt(dc, who, ip, status=code, name=name)
        else:
            self.log.proof_failed(dc, who, ip, code)

    def _issued(self, who: Account, service: str, etype: int, dc: Computer, kvno: int | None = None) -> Ticket:
        branch = dc.name.startswith("RODC") and service.startswith("krbtgt")
        number = (BRANCH_NUMBER << 16) + 1 if branch else 2 if kvno is None else kvno
        size = 1_100 + 4 * len(who.groups) + len(who.name) * 6 + 40 * (len(who.name) % 5) + (360 if who.admin else 0)
        return Ticket(
            hash=self.sim.hexadecimal(), service=service, client=who, etype=etype, kvno=number, size=size,
            ends=self.sim.now + 10 * HOUR,
        )  # fmt: skip

    def tgt(self, computer: Computer, who: Account, *, ip: str = "") -> Ticket:
        """The ticket-granting ticket in the cache, or a new one."""
        held = self._cache.get((computer.name, who.name, ""))
        if held is not None and held.ends > self.sim.now:
            return held
        new = self.sign_in(computer, who, ip=ip)
        assert new is not None
        return new

    def ticket(
        self, computer: Computer, who: Account, service: str, *, owner: Account | None = None, ip: str = "", fresh: bool = False,
        for_user: Account | None = None, proxy: Ticket | None = None, rc4_only: bool = False, dc: Computer | None = None,
    ) -> Ticket:  # fmt: skip
        """A service ticket, from the cache or asked for. owner: whose key it is sealed with."""
        key = (computer.name, who.name if for_user is None else f"{who.name} for {for_user.name}", service)
        held = self._cache.get(key)
        if held is not None and held.ends > self.sim.now and not fresh:
            return held
        ip, dc, rc4_only = ip or computer.ip, dc or self.controller(computer), rc4_only or computer.rc4_only
        tgt = self.tgt(computer, who, ip=ip)
        owner = owner or self._owner(service)
        etype = 23 if owner.etype == 23 or rc4_only else 18
        client = for_user or who
        issued = self._issued(client, service, etype, dc, kvno=owner.kvno)
        issued.ends = tgt.ends
        windows = computer.system == "windows"
        asked = (23, 24, -135) if rc4_only else WINDOWS_TGS if windows else self._requested(computer, False)
        options = TGS_OPTIONS if windows else 0x40810000 if computer.system == "mac" else 0x40000000
        if proxy is not None:
            options |= 0x20000
        if service.startswith("krbtgt/"):
            options = FORWARD
        fast = computer.system == "linux"
        detail = KerberosTgs(
            client=None if fast else client.name, realm=REALM, service=service, request_etypes=asked, reply_etype=etype if
            rc4_only else 18, ticket_etype=etype, ticket_kvno=issued.kvno, ticket_size=issued.size, ticket_hash=issued.hash,
            presented_ticket_etype=tgt.etype, presented_ticket_kvno=tgt.kvno, presented_ticket_size=tgt.size,
            presented_ticket_hash=tgt.hash, presented_ticket_service=f"krbtgt/{REALM}", presented_ticket_realm=REALM,
            authenticator_etype=18 if tgt.etype == 18 else 23, pa_types=(1, 136) if fast else (1, 167) if windows else (1,),
            options=options, till=NEVER if windows else tgt.ends, has_authorization_data=windows, fast=fast,
            s4u2self=for_user.name if for_user is not None and proxy is None else None, s4u2proxy=proxy is not None,
            evidence_ticket_hash=proxy.hash if proxy is not None else None,
        )  # fmt: skip
        said = None if fast else activity.Account(name=client.name, domain=REALM)
        self.sim.packet(detail, ip, dc.ip, 88, code=0, account=said, ticket=tgt.hash)
        name = "krbtgt" if service.startswith("krbtgt/") else owner.name
        transmitted = f"{who.name}@{REALM}" if proxy is not None else "-"
        logged = who.name if for_user is not None and proxy is None else client.name
        self.log.service_ticket(dc, logged, name, ip, etype=etype, options=options, transmitted=transmitted, sid=owner.sid)
        self._cache[key] = issued
        return issued

    def not_found(self, computer: Computer, who: Account, service: str, code: int = 7) -> None:
        """A service ticket that is refused: no such name, or the like."""
        dc, tgt = self.controller(computer), self.tgt(computer, who)
        detail = KerberosTgs(
            realm=REALM,
            service=service,
            request_etypes=(23, 24, -135) if computer.rc4_only else WINDOWS_TGS,
            presented_ticket_etype=tgt.etype,
            presented_ticket_kvno=tgt.kvno,
            presented_ticket_size=tgt.size,
            presented_ticket_hash=tgt.hash,
            presented_ticket_service=f"krbtgt/{REALM}",
            presented_ticket_realm=REALM,
            authenticator_etype=tgt.etype,
            pa_types=(1, 167),
            options=TGS_OPTIONS,
            till=NEVER,
            has_authorization_data=True,
            server_time=self.sim.now // SECOND * SECOND,
        )
        self.sim.packet(detail, computer.ip, dc.ip, 88, code=code, ticket=tgt.hash)
        self.log.service_ticket(dc, who.name, service, computer.ip, status=code)

    def show(self, computer: Computer, ticket: Ticket, server_ip: str, port: int, carrier: str, *, ip: str = "") -> None:
        """AP-REQ inside another protocol."""
        detail = KerberosAp(
            service=ticket.service, realm=ticket.realm, ticket_etype=ticket.etype, ticket_kvno=ticket.kvno,
            ticket_size=ticket.size, ticket_hash=ticket.hash, authenticator_etype=ticket.etype, options=0x20000000,
            carrier=carrier,
        )  # fmt: skip
        self.sim.packet(detail, ip or computer.ip, server_ip, port, ticket=ticket.hash)

    def _owner(self, service: str) -> Account:
        if service.startswith("krbtgt/"):
            return self.domain.services["krbtgt"]
        for name, (spn, _) in SERVICES.items():
            if spn.lower() == service.lower():
                return self.domain.services[name]
        host = service.split("/")[1].split(":")[0].split(".")[0].upper()
        for one in (*self.domain.controllers, *self.domain.servers.values()):
            if one.name == host:
                return one.account
        found = next((one.account for one in self.domain.workstations if one.name == host), None)
        return found or self.domain.servers["APP1"].account
