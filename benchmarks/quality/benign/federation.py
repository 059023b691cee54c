"""What federation servers audit of sign-ins (1200 to 1207, 403, 404, 411), a second server of the farm, reads of the key audited.

Clients come through a proxy from anywhere; mail of the cloud asks in the name of telephones, so that passwords of many people,
some of them old ones, come from few addresses.
"""

from app.model.details import HttpRequest
from benchmarks.quality.benign.domain import BASE, NETBIOS, Account, Computer
from benchmarks.quality.benign.network import Net
from benchmarks.quality.benign.people import People
from benchmarks.quality.benign.simulation import HOUR, MINUTE, Simulation

AUDIT = ("AD FS Auditing", "Security")
CLOUD_MAIL = ("40.97.128.21", "40.97.129.34", "52.98.144.9")
PORTALS = (
    "urn:federation:MicrosoftOnline",
    "https://crm.nordwind.example/",
    "urn:amazon:webservices",
    "https://travel.example/saml",
)
CONTACT, PHOTO = "5cb41ed0-0e4c-11d0-a286-00aa003049e2", "8d3bca50-1d7e-11d0-a081-00aa006c33ed"
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


class Federation:
    """Plans it, and writes the audit of sign-ins that others make."""

    def __init__(self, sim: Simulation, net: Net, people: People) -> None:
        self.sim, self.net, self.domain, self.kdc, self.log = sim, net, net.domain, net.kdc, net.log
        self.people = people
        self.service = self.domain.service("gmsa-adfs$")
        self.first, self.second = self.domain.servers["ADFS1"], self.domain.servers["ADFS2"]

    def plan(self, day: int, start: int, weekend: bool) -> None:
        """The whole day."""
        at, every, random, end = self.sim.at, self.sim.every, self.sim.random, start + 24 * HOUR
        every(start + 3 * MINUTE, 5 * MINUTE, end, self.copied)
        at(start + 2 * HOUR + 41 * MINUTE, self.key_audited)
        homes = list(self.people.homes)
        for name in random.sample(homes, max(3, len(homes) // (40 if weekend else 6))):
            at(start + int(random.uniform(6.5, 22) * HOUR), self.outside, self.domain.account(name))
        for name in random.sample(homes, max(2, len(homes) // 30)):
            first = start + random.uniform(0, 20) * HOUR
            every(
                first, 45 * MINUTE, end, self.mail, self.domain.account(name), random.choice(CLOUD_MAIL), random.random() < 0.12
            )

    def written(self, event_id: int, who: Account, ip: str, *, ok: bool, endpoint: str = "/adfs/ls", error: str = "N/A") -> None:
        """One record with its XML text (AD FS 2016 and later)."""
        kind = {1200: "AppToken", 1201: "AppToken", 1202: "FreshCredentials", 1203: "FreshCredentials", 1206: "SignOut"}[event_id]
        activity_id = f"{self.sim.hexadecimal(8)}-0000-4000-8000-{self.sim.hexadecimal(12)}"
        text = (
            '<?xml version="1.0" encoding="utf-16"?><AuditBase xmlns:xsd="http://www.w3.org/2001/XMLSchema" '
            f'xsi:type="{kind}Audit">'
            f"<AuditType>{kind}</AuditType><AuditResult>{'Success' if ok else 'Failure'}</AuditResult>"
            f"<FailureType>{'None' if ok else 'CredentialValidationError'}</FailureType><ErrorCode>{error}</ErrorCode>"
            f'<ContextComponents><Component xsi:type="ResourceAuditComponent"><RelyingParty>{self.sim.random.choice(PORTALS)}'
            "</RelyingParty><ClaimsProvider>AD AUTHORITY</ClaimsProvider>"
            rf"<UserId>{NETBIOS}\{who.name}</UserId></Component>"
            '<Component xsi:type="AuthNAuditComponent">'
            "<PrimaryAuth>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</PrimaryAuth>"
            "<DeviceAuth>false</DeviceAuth><MfaPerformed>false</MfaPerformed></Component>"
            '<Component xsi:type="RequestAuditComponent"><Server>http://sts.nordwind.example/adfs/services/trust</Server>'
            f"<AuthProtocol>WSFederation</AuthProtocol><NetworkLocation>Extranet</NetworkLocation><IpAddress>{ip}</IpAddress>"
            f"<ForwardedIpAddress>{ip}</ForwardedIpAddress><ProxyIpAddress>N/A</ProxyIpAddress><ProxyServer>WAP1</ProxyServer>"
            f"<UserAgentString>{BROWSER}</UserAgentString><Endpoint>{endpoint}</Endpoint></Component></ContextComponents></AuditBase>"
        )
        server = self.first if self.sim.chance(0.5) else self.second
        fields = {"param1": activity_id, "param2": text}
        self.log.sim.log(server.fqdn, event_id, fields, where=AUDIT, failed=not ok, sid=self.service.sid)

    def told(self, who: Account, ip: str, wrong: int) -> None:
        """Wrong passwords, then the right one and a token."""
        for _ in range(wrong):
            self.written(1203, who, ip, ok=False, error="0x8007052E")
            self.sim.pause(4, 15)
        self.written(1202, who, ip, ok=True)
        self.looked_up(self.first if self.sim.chance(0.5) else self.second)
        self.written(1200, who, ip, ok=True)

    def looked_up(self, server: Computer) -> None:
        """The service reads the user's attributes for the token, over a sealed connection of its own account."""
        self.net.bind(server, self.service, self.kdc.controller(server))

    def outside(self, who: Account) -> None:
        """Somebody signs in from home or on the way; one of twelve mistypes; some sign out."""
        ip = f"93.184.{self.sim.random.randrange(250)}.{self.sim.random.randrange(1, 250)}"
        wrong = self.sim.random.choice((1, 1, 2, 3)) if self.sim.chance(0.08) else 0
        server = self.first if self.sim.chance(0.5) else self.second
        self.kdc.sign_in(server, who, wrong=wrong)
        self.told(who, ip, wrong)
        if self.sim.chance(0.3):
            self.sim.pause(60, 3_000)
            self.written(1206, who, ip, ok=True)

    def mail(self, who: Account, ip: str, old: bool) -> None:
        """A telephone's mail program in the cloud: name and password each hour, of some the password of last month."""
        endpoint = "/adfs/services/trust/2005/usernamemixed"
        if old:
            self.written(1203, who, ip, ok=False, endpoint=endpoint, error="0x8007052E")
            self.log.proof_failed(self.kdc.controller(self.first), who, self.first.ip)
            return
        self.written(1202, who, ip, ok=True, endpoint=endpoint)
        self.written(1200, who, ip, ok=True, endpoint=endpoint)

    # ---- the farm

    def copied(self) -> None:
        """The second server asks the first for changes of the configuration, every five minutes (AD FS with its own database)."""
        one: Computer = self.second
        ticket = self.kdc.ticket(one, self.service, f"host/{self.first.fqdn}", owner=self.service)
        self.kdc.show(one, ticket, self.first.ip, 80, "http")
        detail = HttpRequest(page="adfs-configuration", method="POST", path="/adfs/services/policystoretransfer",
                             host=self.first.fqdn, bytes=2_104)  # fmt: skip
        self.sim.packet(detail, one.ip, self.first.ip, 80, ticket=ticket.hash)

    def key_audited(self) -> None:
        """Both servers read the key; the audit of its container, as it is advised, tells it (4662)."""
        dc = self.domain.controllers[0]
        dn = f"CN=5f0c8d5e-1c40-4b7d-9b1d-0a3b6a4f2e10,CN=ADFS,CN=Microsoft,CN=Program Data,{BASE}"
        for server in (self.first, self.second):
            session = self.log.logon(dc, self.service, server.ip)
            self.log.checked(dc, self.service, session, CONTACT, dn, "0x10", PHOTO)
            self.sim.pause(20, 90)
