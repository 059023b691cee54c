"""Two domains that trust each other: tickets to the other one and from there, refusals, the controllers' own channel.

Referrals are RFC 4120 section 1.2 and RFC 6806, the channel MS-NRPC 3.1.4.6 with its type for trusts, the pass-through of NTLM
MS-APDS; the account of a trust is MS-ADTS section 6.1.6.9.1.1.
"""

from typing import Any

from app.model import activity
from app.model.details import KerberosAs, KerberosTgs, LdapSearch, Ntlm
from benchmarks.quality.benign.domain import (
    BASE,
    DNS,
    NETBIOS,
    PARTNER_DC,
    PARTNER_DNS,
    PARTNER_REALM,
    PARTNER_SID,
    REALM,
    Account,
    Computer,
)
from benchmarks.quality.benign.kerberos import NEVER, WINDOWS, WINDOWS_TGS, Ticket
from benchmarks.quality.benign.network import LSARPC, NETLOGON, Net
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.simulation import HOUR, MINUTE, SECOND, Simulation
from benchmarks.quality.benign.staff import Staff

GUESTS = ("p.baker", "q.cooper", "r.dyer", "s.evans", "t.frost")
POLICY, WRONG_REALM = 12, 68
FIREWALL = 0xC0000413
"""STATUS_AUTHENTICATION_FIREWALL_FAILED: selective authentication (MS-ERREF)."""


class Trusts:
    """Plans it."""

    def __init__(self, sim: Simulation, net: Net, people: People, staff: Staff) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.people, self.staff = people, staff
        self.trust = self.domain.service("PARTNER$")
        self.peer = Computer(
            name="PDC1", ip=PARTNER_DC, account=Account(name="PDC1$", sid=f"{PARTNER_SID}-1000", dn=""), role="foreign"
        )

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, every, random, end = self.sim.at, self.sim.every, self.sim.random, start + 24 * HOUR
        every(start + 20 * MINUTE, 4 * HOUR, end, self.channel)
        every(start + 35 * MINUTE, 12 * HOUR, end, self.asked_for_trusts)
        if weekend:
            return
        homes = [(name, one) for name, one in self.people.homes.items() if one.system == "windows" and not one.rc4_only]

        def when() -> int:
            return start + int(random.uniform(7.5, 18) * HOUR)

        for name, computer in random.sample(homes, max(2, len(homes) // 25)):
            at(when(), self.abroad, self.domain.account(name), computer)
        for name, computer in random.sample(homes, 3):
            at(when(), self.other_suffix, self.domain.account(name), computer)
        for _ in range(12):
            at(when(), self.visitor, random.choice(GUESTS))
        for _ in range(3):
            at(when(), self.ntlm_visitor, random.choice(GUESTS))
        if day % 30 == 6 or day % 30 == 1:
            at(start + 13 * HOUR, self.new_key)
        if day % 14 == 3:
            at(when(), self.foreign_member, self.domain.admins[1])

    def abroad(self, who: Account, computer: Computer) -> None:
        """A share of the other domain: a referral from here, a ticket from there; a second later to another server too."""
        dc, tgt = self.kdc.controller(computer), self.kdc.tgt(computer, who)
        referral = self.sim.hexadecimal()
        common: dict[str, Any] = {
            "request_etypes": WINDOWS_TGS, "reply_etype": 18, "ticket_etype": 18, "authenticator_etype": 18, "pa_types": (1, 167),
            "options": 0x40810000, "till": NEVER, "has_authorization_data": True, "presented_ticket_etype": 18,
            "client": who.name,
        }  # fmt: skip
        said = activity.Account(name=who.name, domain=REALM)
        wanted = f"cifs/files.{PARTNER_DNS}"
        self.sim.packet(
            KerberosTgs(realm=REALM, service=f"krbtgt/{PARTNER_REALM}", ticket_kvno=3, ticket_size=1_244, ticket_hash=referral,
                        presented_ticket_kvno=tgt.kvno, presented_ticket_size=tgt.size, presented_ticket_hash=tgt.hash,
                        presented_ticket_service=f"krbtgt/{REALM}", presented_ticket_realm=REALM, **common),
            computer.ip, dc.ip, 88, code=0, account=said, ticket=tgt.hash)  # fmt: skip
        self.log.service_ticket(dc, who.name, self.trust.name, computer.ip, sid=self.trust.sid)
        issued = self.sim.hexadecimal()
        self.sim.packet(
            KerberosTgs(realm=PARTNER_REALM, service=wanted, ticket_kvno=5, ticket_size=1_402, ticket_hash=issued,
                        presented_ticket_kvno=3, presented_ticket_size=1_244, presented_ticket_hash=referral,
                        presented_ticket_service=f"krbtgt/{PARTNER_REALM}", presented_ticket_realm=REALM, **common),
            computer.ip, PARTNER_DC, 88, code=0, account=said, ticket=referral)  # fmt: skip
        ticket = Ticket(hash=issued, service=wanted, client=who, etype=18, kvno=5, size=1_402, ends=tgt.ends, realm=PARTNER_REALM)
        self.kdc.show(computer, ticket, "10.90.0.20", 445, "smb2")

    def other_suffix(self, who: Account, computer: Computer) -> None:
        """A name with the other domain's suffix typed here: the KDC says where to ask (KDC_ERR_WRONG_REALM)."""
        dc, name = self.kdc.controller(computer), f"{self.sim.random.choice(GUESTS)}@{PARTNER_DNS}"
        common: dict[str, Any] = {
            "client": name, "request_etypes": WINDOWS, "options": 0x40810010, "till": NEVER, "client_name_type": 10,
            "pac_request": True, "client_addresses": (computer.name,), "server_time": self.sim.now // SECOND * SECOND,
        }  # fmt: skip
        said = activity.Account(name=name, domain=PARTNER_DNS)
        here = KerberosAs(realm=PARTNER_DNS.upper(), service=f"krbtgt/{PARTNER_DNS.upper()}", pa_types=(128,), **common)
        self.sim.packet(here, computer.ip, dc.ip, 88, code=WRONG_REALM, account=said)
        for code, extra in ((25, {"pa_types": (128,), "offered_etypes": (18, 23)}), (0, {"pa_types": (2, 128), "padata_etype": 18,
                             "reply_etype": 18, "ticket_etype": 18, "ticket_kvno": 2, "ticket_size": 1_210,
                             "ticket_hash": self.sim.hexadecimal()})):  # fmt: skip
            detail = KerberosAs(realm=PARTNER_REALM, service=f"krbtgt/{PARTNER_REALM}", **common, **extra)
            self.sim.packet(detail, computer.ip, PARTNER_DC, 88, code=code, account=said)

    def visitor(self, name: str) -> None:
        """Somebody of the other domain opens a share or a page here; now and then selective authentication refuses."""
        server = self.domain.servers[self.sim.random.choice(("FILE2", "FILE1", "WEB1", "APP3"))]
        dc, ip = self.domain.controllers[0], f"10.90.4.{20 + GUESTS.index(name)}"
        who = Account(name=name, sid=f"{PARTNER_SID}-{1_200 + GUESTS.index(name)}", dn="")
        service = f"{'HTTP' if server.name == 'WEB1' else 'cifs'}/{server.fqdn}"
        code = POLICY if self.sim.chance(0.06) else 0
        referral, issued = self.sim.hexadecimal(), self.sim.hexadecimal()
        kept: dict[str, Any] = {} if code else {
            "client": name, "reply_etype": 18, "ticket_etype": 18, "ticket_kvno": 2, "ticket_size": 1_288, "ticket_hash": issued,
        }  # fmt: skip
        self.sim.packet(
            KerberosTgs(realm=REALM, service=service, request_etypes=WINDOWS_TGS, presented_ticket_etype=18,
                        presented_ticket_kvno=1, presented_ticket_size=1_196, presented_ticket_hash=referral,
                        presented_ticket_service=f"krbtgt/{REALM}",
                        presented_ticket_realm=PARTNER_REALM, authenticator_etype=18, pa_types=(1, 167), options=0x40810000,
                        till=NEVER, has_authorization_data=True, **kept),
            ip, dc.ip, 88, code=code, account=None if code else activity.Account(name=name, domain=PARTNER_REALM),
            ticket=referral)  # fmt: skip
        logged = server.account.name if not code else service
        self.log.service_ticket(dc, name, logged, ip, realm=PARTNER_REALM, sid=server.account.sid, status=code)
        if code:
            return
        client = Computer(name=f"PPC{GUESTS.index(name)}", ip=ip, account=who, role="foreign")
        ticket = Ticket(hash=issued, service=service, client=who, etype=18, kvno=2, size=1_288, ends=self.sim.now + HOUR)
        web = service.startswith("HTTP")
        self.kdc.show(client, ticket, server.ip, 80 if web else 445, "http" if web else "smb2")
        self.log.logon(server, who, ip)
        self.lookup(server)

    def lookup(self, server: Computer) -> None:
        """The server asks its controller who that SID is, the controller asks the other domain's (MS-LSAT)."""
        dc = self.kdc.controller(server)
        self.net.call(server, server.account, dc, LSARPC, 76, port=49_668, sealed=True, kind=68)
        self.net.call(dc, dc.account, self.peer, LSARPC, 76, port=49_668, sealed=True, kind=68)

    def ntlm_visitor(self, name: str) -> None:
        """The same with NTLM, by address: passed through over two channels to where the account is; one of ten is refused."""
        server, ip = self.domain.servers["FILE1"], f"10.90.4.{20 + GUESTS.index(name)}"
        who = Account(name=name, sid=f"{PARTNER_SID}-{1_200 + GUESTS.index(name)}", dn="")
        code = FIREWALL if self.sim.chance(0.1) else 0
        detail = Ntlm(
            user=name, domain="PARTNER", workstation=f"PPC{GUESTS.index(name)}", version="NTLMv2", target=NETBIOS,
            target_netbios_computer=server.name, target_netbios_domain=NETBIOS, target_dns_computer=server.fqdn,
            target_dns_domain=DNS, carrier="smb2", mic=True, mic_expected=True, flags=0xE2888215, os_version="10.0.22631",
            server_os_version="10.0.20348", spn=f"cifs/{server.ip}", server_challenge=self.sim.hexadecimal(),
        )  # fmt: skip
        self.sim.packet(detail, ip, server.ip, 445, account=activity.Account(name=name, domain="PARTNER"), code=code)
        dc = self.kdc.controller(server)
        self.net.call(server, server.account, dc, NETLOGON, 39, port=49_668, sealed=True, kind=68)
        self.net.call(dc, dc.account, self.peer, NETLOGON, 39, port=49_668, sealed=True, kind=68)
        if code:
            self.log.refused(server, name, ip, sub=code, workstation=detail.workstation or "-")
        else:
            self.log.logon(server, who, ip, package="NTLM", workstation=detail.workstation or "-", lasting=200)

    def channel(self) -> None:
        """Each side's controller opens its channel for the trust (secure channel type 3)."""
        for one, other, name in (
            (self.domain.controllers[0], self.peer, NETBIOS),
            (self.peer, self.domain.controllers[0], "PARTNER"),
        ):
            self.net.mapped(one, other, NETLOGON, 49_668, kind=0)
            common: dict[str, Any] = {"server": rf"\\{other.name}", "computer": one.name}
            self.net.call(one, one.account, other, NETLOGON, 4, port=49_668, **common, challenge=self.sim.hexadecimal(),
                          server_challenge=self.sim.hexadecimal())  # fmt: skip
            self.net.call(one, one.account, other, NETLOGON, 26, port=49_668, **common, account=f"{name}.", channel_type=3,
                          credential=self.sim.hexadecimal(), flags=0x612FFFFF, server_credential=self.sim.hexadecimal(),
                          negotiated=0x612FFFFF, rid=1_601)  # fmt: skip
            for opnum in (21, 29):
                self.net.call(one, one.account, other, NETLOGON, opnum, port=49_668, sealed=True, kind=68)

    def asked_for_trusts(self) -> None:
        """Services read which domains there are: objects of the directory, and the controller's list (MS-NRPC 3.5.4.7.1)."""
        dc = self.domain.controllers[0]
        for name in ("EXCH1", "AADC1", "ADFS1", "RDS1"):
            server = self.domain.servers[name]
            key = self.net.bind(server, server.account, dc, sealed=False)
            detail = LdapSearch(base=f"CN=System,{BASE}", scope=2, filter="(objectClass=trustedDomain)",
                                attributes=("flatName", "trustPartner", "trustDirection"), entries=1)  # fmt: skip
            self.sim.packet(detail, server.ip, dc.ip, 389, ticket=key)
            self.net.call(server, server.account, dc, NETLOGON, 40, port=49_668, sealed=True, kind=68)

    def new_key(self) -> None:
        """The trust gets a new password, as every thirty days: the other side's controller sets it over its channel."""
        dc = self.domain.controllers[0]
        self.net.call(self.peer, self.peer.account, dc, NETLOGON, 30, port=49_668, sealed=True, kind=68)
        nobody = Account(name="ANONYMOUS LOGON", sid="S-1-5-7", dn="")
        self.log.account(dc, 4738, nobody, "0x3e6", self.trust, PasswordLastSet="1/7/2026 1:00:09 PM", UserAccountControl="-")

    def foreign_member(self, who: Account) -> None:
        """A person of the other domain gets into a group of this one: the member is a foreign security principal."""
        dn, group = f"CN={PARTNER_SID}-1201,CN=ForeignSecurityPrincipals,{BASE}", f"CN=Project Guests,OU=Groups,{BASE}"
        dc, session = self.staff.change(who, group, ("add", "member", (f"<SID={PARTNER_SID}-1201>",)))
        guest = Account(name="q.cooper", sid=f"{PARTNER_SID}-1201", dn=dn)
        self.log.member(dc, who, session, guest, "Project Guests", 2_301, event_id=4732)
        self.log.changed(dc, who, session, group, "group", "member", dn, syntax="2.5.5.1")
