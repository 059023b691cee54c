"""Who had which name, address, ticket, role at which time: a fold over activities that forgets their order."""

from msgspec import msgpack

from app.engine.knowledge.accounts import BUILT_IN
from app.engine.knowledge.addresses import METHODS
from app.engine.knowledge.controllers import CONTROLLER_ROLES, PARTNER
from app.engine.knowledge.fold import LESSONS
from app.engine.knowledge.names import host, short
from app.engine.knowledge.parts import Parts
from app.engine.knowledge.tickets import Ticket
from app.model.activity import NAMED, Activity
from app.model.details import KerberosAs, KerberosTgs, LdapBind, Ntlm
from app.model.entity import Binding, EntityRef, Resolution

__all__ = ["METHODS", "Knowledge", "Ticket"]


OWN_NAMES = frozenset({"ldap-ping", "ntlm-server", "dns"})
"""Methods that tell which computer a controller's address is; its other addresses are found by that name in DNS."""


class Knowledge(Parts):
    """Commutative, associative fold: observe each activity once, in any order, or merge folds of parts of them.

    Questions are answered from all that was observed so far; they build indices when something new came.
    """

    def __init__(self) -> None:
        super().__init__()
        self._settled = False
        self._controller_names: set[str] = set()
        self._controllers: set[str] = set()
        self._proven: set[str] = set()
        self._accounts: dict[tuple[str, str | None], EntityRef | None] = {}
        self._last: dict[str, tuple[str, Resolution]] = {}

    # ---- learning

    def observe(self, activity: Activity) -> None:
        """Learn from one activity."""
        self._settled = False
        self.sight.add(activity)
        lesson = LESSONS.get(type(activity.detail))
        if lesson is not None:
            lesson(self, activity, activity.detail)

    def merge(self, other: "Knowledge") -> None:
        """Join what another fold learned from other activities."""
        theirs = other.tallies()
        for name, tally in self.tallies().items():
            tally.merge(theirs[name])
        self.sight.merge(other.sight)
        self._settled = False

    def to_bytes(self) -> bytes:
        """Content for storing; equal knowledge gives equal bytes."""
        content: dict[str, object] = {name: tally.dump() for name, tally in self.tallies().items()}
        return msgpack.encode(content | {"sight": self.sight.dump()})

    @classmethod
    def from_bytes(cls, data: bytes) -> "Knowledge":
        """Knowledge from to_bytes()."""
        known = cls()
        content = msgpack.decode(data) if data else {}
        for name, tally in known.tallies().items():
            tally.load(content.get(name, []))
        known.sight.load(content.get("sight", []))
        return known

    # ---- addresses and computers

    def _settle(self) -> None:
        """Forget derived answers when something new was learned, and work out which addresses are controllers."""
        if self._settled:
            return
        self._settled = True
        self._accounts, self._last = {}, {}
        domains = self.accounts.dns_domains
        self.addresses.settle()
        acting = set(self.roles.addresses())
        named = {self.addresses.full(name, domains) for name in self.roles.names()}
        for address in acting:
            for name, spans in self.addresses.names(address, domains):
                if any(method in OWN_NAMES for _, _, _, method, _, _ in spans) and self.roles.proven(address):
                    named.add(name)
        self._controller_names = named
        by_name = {
            str(key[0])
            for key, _ in self.addresses.tally.rows()
            if key[2] == "dns" and self.addresses.full(str(key[1]), domains) in named
        }
        self._controllers = acting | by_name
        self._proven = {address for address in acting if self.roles.proven(address)} | (by_name - acting)

    def resolve(self, ip: str, at: int) -> Resolution:
        """Which computer had this address at this time (UTC microseconds)."""
        return self._resolve(ip, at)[1]

    def _resolve(self, ip: str, at: int) -> tuple[str, Resolution]:
        self._settle()
        if ip.startswith(NAMED):  # the record names the computer itself
            name = self.addresses.full(ip[len(NAMED) :], self.accounts.dns_domains)
            return name, Resolution(ip=ip, computer=self.label(name), method="log", certainty="high")
        known = self._last.get(ip)
        if known is not None:
            return known
        domains = self.accounts.dns_domains
        names = self.addresses.names(ip, domains)
        if len(names) == 1:  # nobody else ever had it: the surest word holds at all times
            at = min((-span[2], span[0]) for span in names[0][1])[1]
        name, found = self.addresses.resolve(ip, at, domains)
        if name:
            found = Resolution(
                ip=ip, computer=self.label(name), method=found.method, certainty=found.certainty, proof=found.proof
            )
        if len(names) <= 1:
            self._last[ip] = (name, found)
        return name, found

    def label(self, name: str) -> str:
        """What a person calls this computer: the short name in capitals within the domains seen, else the full name."""
        if "." not in name or name.split(".", 1)[1] in self.accounts.dns_domains:
            return short(name).upper()
        return name

    def computer_entity(self, name: str) -> EntityRef:
        """The computer of a name in any spelling."""
        self._settle()
        full = self.addresses.full(host(name) or name.lower(), self.accounts.dns_domains)
        kind = "controller" if full in self._controller_names else "computer"
        return EntityRef(kind, f"computer:{full}", self.label(full))  # type: ignore[arg-type]

    def address_entity(self, ip: str, at: int) -> EntityRef:
        """The computer that had this address, or the address itself while nobody named it surely enough."""
        name, found = self._resolve(ip, at)
        if ip.startswith(NAMED):
            return self.computer_entity(name)
        if name and found.certainty != "low":
            kind = "controller" if ip in self._controllers else "computer"
            return EntityRef(kind, f"computer:{name}", self.label(name))  # type: ignore[arg-type]
        return EntityRef("controller" if ip in self._controllers else "address", f"address:{ip}", ip)

    def is_controller(self, ip: str) -> bool:
        """True when this address acts as a domain controller, or DNS gives it to a host that the directory calls one."""
        self._settle()
        return ip in self._controllers or self._is_named_controller(ip)

    def is_proven_controller(self, ip: str) -> bool:
        """True when this address does what only a controller does, or DNS gives it to a controller by name."""
        self._settle()
        return ip in self._proven or self._is_named_controller(ip)

    def _is_named_controller(self, ip: str) -> bool:
        """The same for the end that a log record names only by its computer."""
        return ip.startswith(NAMED) and self.computer_entity(ip[len(NAMED) :]).kind == "controller"

    def is_registering(self, ip: str) -> bool:
        """True when a controller accepted this address as a new one, whether it became one or not."""
        return "registered" in self.roles.roles_of(ip)

    def clock(self, ip: str, at: int) -> int | None:
        """Microseconds that a KDC's clock is ahead of the recording's at this time, None where it never told its time."""
        return self.clocks.ahead(ip, at)

    def is_name_server(self, ip: str) -> bool:
        """True when this address answered DNS questions."""
        return "dns server" in self.roles.roles_of(ip)

    def controllers(self) -> tuple[EntityRef, ...]:
        """All controllers seen, each once, by key."""
        self._settle()
        found = {}
        for ip in self._controllers:
            seen = self.roles.roles_of(ip)
            at = max((one[1] for one in seen.values()), default=0)
            ref = self.address_entity(ip, at)
            found[ref.key] = EntityRef("controller", ref.key, ref.label)
        return tuple(found[key] for key in sorted(found))

    def why_controller(self, ip: str) -> tuple[tuple[str, str], ...]:
        """(sentence, proof) for each thing that makes an address a controller."""
        rows = sorted(self.roles.roles_of(ip).items())
        acts = tuple((CONTROLLER_ROLES[role], seen[3]) for role, seen in rows if role in CONTROLLER_ROLES)
        partner = self.roles.partner(ip)
        return (*acts, (PARTNER, partner)) if partner else acts

    def bindings(self, address_or_name: str) -> list[Binding]:
        """All that was said of an address, or of a computer's name, oldest first. Entity keys are understood too."""
        text = address_or_name.removeprefix("address:").removeprefix("computer:").lower()
        found = self.addresses.about_address(text)
        return found or self.addresses.about_name(text, self.accounts.dns_domains)

    # ---- accounts and tickets

    def account(self, name: str, domain: str | None = None) -> EntityRef | None:
        """The account of a name in any spelling; a machine account is its computer. None for an empty name."""
        self._settle()
        key = (name, domain)
        if key in self._accounts:
            return self._accounts[key]
        plain, realm = self.accounts.key(name, domain)
        found: EntityRef | None = None
        if plain.startswith("host/"):
            plain = plain[5:] + "$"
        if plain.endswith("$") and host(plain):
            machine = host(plain)
            found = self.computer_entity(f"{machine}.{realm}" if "." in realm and "." not in machine else machine)
        elif plain:
            elsewhere = bool(realm) and realm not in self.accounts.dns_domains and self.accounts.dns_domains
            label = f"{realm}\\{plain}" if elsewhere else plain
            found = EntityRef("user", f"user:{realm}\\{plain}" if realm else f"user:{plain}", label)
        self._accounts[key] = found
        return found

    def account_entity(self, activity: Activity) -> EntityRef | None:
        """Who acted: said by the activity, or the holder of the ticket that opened its session."""
        who = activity.account
        detail = activity.detail
        if who is None:
            if isinstance(detail, (KerberosAs, KerberosTgs)) and detail.client:
                return self.account(detail.client, detail.realm)
            if isinstance(detail, Ntlm) and detail.user and not detail.anonymous:
                return self.account(detail.user, detail.domain)
            if isinstance(detail, LdapBind) and detail.name:
                return self.account(detail.name)
        elif who.name:
            return self.account(who.name, who.domain)
        presented = activity.ticket or getattr(detail, "presented_ticket_hash", None) or getattr(detail, "ticket_hash", None)
        holder = self.tickets.find(presented) if presented else None
        return self.account(holder.client, holder.realm) if holder is not None else None

    def account_words(self, name: str, domain: str | None = None) -> frozenset[str]:
        """What is known of an account: "signed in", "exists", "unknown", "sensitive"."""
        key = self.accounts.key(name, domain)
        words = frozenset(self.accounts.words(key))
        return words | {"sensitive"} if key[0] in BUILT_IN and key[1] in self.accounts.dns_domains else words

    def ticket(self, hash: str | None) -> Ticket | None:
        """The issue of a ticket by its fingerprint."""
        return self.tickets.find(hash)

    def is_domain(self, text: str) -> bool:
        """True when this is the DNS name of a domain that was seen."""
        return text.lower() in self.accounts.dns_domains

    def tags(self, key: str) -> tuple[str, ...]:
        """Words beside an entity: Controller, DNS server, Sensitive, Unknown to the KDC, Unresolved, Shared address."""
        self._settle()
        found = []
        kind, _, rest = key.partition(":")
        if kind == "address":
            if rest in self._controllers:
                found.append("Controller")
            if self.is_name_server(rest):
                found.append("DNS server")
            names = self.addresses.names(rest, self.accounts.dns_domains)
            if sum(1 for _, spans in names if any(span[3] == "kerberos-host" for span in spans)) > 2:
                found.append("Shared address")
            found.append("Unresolved")
        elif kind == "computer":
            if rest in self._controller_names or any(one.key == key for one in self.controllers()):
                found.append("Controller")
        elif kind == "user":
            domain, _, name = rest.rpartition("\\")
            words = self.account_words(name, domain or None)
            if "sensitive" in words:
                found.append("Sensitive")
            if "unknown" in words and not words & {"signed in", "exists"}:
                found.append("Unknown to the KDC")
        return tuple(found)
