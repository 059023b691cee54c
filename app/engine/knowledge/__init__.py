"""Who had which name, address, ticket, role at which time: a fold over activities that forgets their order.

Long because every question that may be asked of it has its answer here; what is learned and kept is in the files beside it.
"""

from msgspec import msgpack

from app.engine.knowledge.addresses import METHODS
from app.engine.knowledge.controllers import CONTROLLER_ROLES, PARTNER, PROOF
from app.engine.knowledge.fold import LESSONS
from app.engine.knowledge.guests import MANAGED
from app.engine.knowledge.lessons_footprints import TRACES
from app.engine.knowledge.names import host, is_address, short
from app.engine.knowledge.parts import Parts
from app.engine.knowledge.sids import sid_in
from app.engine.knowledge.standing import Membership, logged_members, managed_accounts, managed_names, served, why_sensitive
from app.engine.knowledge.states import Key
from app.engine.knowledge.station import Station, station
from app.engine.knowledge.tags import automatic
from app.engine.knowledge.tally import plain_text
from app.engine.knowledge.tickets import Ticket
from app.engine.knowledge.watched import HOUR
from app.model.activity import NAMED, Account, Activity
from app.model.details import EVENTS, KerberosAs, KerberosTgs, LdapBind, Ntlm
from app.model.directory import DirectoryObject
from app.model.entity import Binding, EntityKind, EntityRef, Resolution
from app.model.principals import is_placeless, principal

__all__ = ["METHODS", "Knowledge", "Ticket"]

ANSWERS = 50_000
"""Answers kept at hand of each question whose words come from the input."""

LOGGED = frozenset(EVENTS)
"""Kinds of details that a computer's log tells."""
CHANGES = 16
"""Times at which a SID's name changes, up to which it is looked whether they are spellings of one account."""
THERE = frozenset({"signed in", "exists"})
"""Words of an account that the domain has."""
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
        self._acting: set[str] = set()
        self._proven_names: set[str] = set()
        self._accounts: dict[tuple[str, str | None], EntityRef | None] = {}
        self._plain: set[tuple[str, str | None]] = set()  # those of them that are accounts by their names alone
        self._managed: dict[str, frozenset[str]] = {}
        self._servers: dict[str, set[str]] | None = None
        self._members: dict[str, dict[str, Membership]] | None = None
        self._last: dict[str, tuple[str, Resolution]] = {}
        self._ends: dict[str, tuple[EntityRef, str]] = {}
        self._ends_at: dict[str, tuple[int, int, tuple[EntityRef, str]]] = {}
        self._acts: dict[str, bool] = {}
        self._answers: dict[str, bool] = {}
        self._asked: Activity | None = None
        self._actor: EntityRef | None = None
        self._told: dict[Account | tuple[Account, str | None], tuple[EntityRef | None, ...]] = {}
        self._inside: dict[str, bool] = {}
        self._computers: dict[str, EntityRef] = {}
        self._places: dict[str, list[str]] | None = None
        self._stations: dict[str, Station] = {}

    # ---- learning

    def observe(self, activity: Activity) -> None:
        """Learn from one activity."""
        self._settled = False
        self.sight.add(activity)
        kind = type(activity.detail)
        lesson = LESSONS.get(kind)
        if lesson is not None:
            lesson(self, activity, activity.detail)
        trace = TRACES.get(kind)
        if trace is not None:
            trace(self, activity, activity.detail)

    def merge(self, other: "Knowledge") -> None:
        """Join what another fold learned from other activities."""
        theirs = other.tallies()
        for name, tally in self.tallies().items():
            tally.merge(theirs[name])
        self.sight.merge(other.sight)
        self.directory.states.merge(other.directory.states)
        self._settled = False

    def to_bytes(self) -> bytes:
        """Content for storing; equal knowledge gives equal bytes."""
        content: dict[str, object] = {name: tally.dump() for name, tally in self.tallies().items()}
        content |= {"sight": self.sight.dump(), "watched": self.sight.watched.dump()}
        content |= {"directory": self.directory.states.dump()}
        try:
            return msgpack.encode(content)
        except UnicodeEncodeError:  # what is replaced stands elsewhere in the order of rows, so they are put in order again
            return Knowledge.from_bytes(msgpack.encode(plain_text(content))).to_bytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Knowledge":
        """Knowledge from to_bytes()."""
        known = cls()
        content = msgpack.decode(data) if data else {}
        for name, tally in known.tallies().items():
            tally.load(content.get(name, []))
        known.sight.load(content.get("sight", []))
        known.sight.watched.load(content.get("watched", {}))
        known.directory.states.load(content.get("directory", []))
        return known

    # ---- addresses and computers

    def _settle(self) -> None:
        """Forget derived answers when something new was learned, and work out which addresses are controllers."""
        if self._settled:
            return
        self._settled = True
        self._accounts, self._last, self._ends, self._members, self._servers = {}, {}, {}, None, None
        self._plain = set()
        self._ends_at, self._acts, self._answers = {}, {}, {}
        self._asked = self._actor = None
        self._told = {}
        self._places, self._stations, self._inside, self._computers = None, {}, {}, {}
        domains = self.accounts.dns_domains
        self.addresses.settle()
        self._managed = managed_accounts(self)
        self.addresses.manage(managed_names(self._managed))
        for (machine, domain), words in self.accounts.rows().items():
            if MANAGED in words or self._is_managed(machine, domain):
                continue
            if machine.endswith("$") and domain in domains and not words.keys().isdisjoint(THERE) and host(machine):
                self.addresses.shorten(f"{host(machine)}.{domain}")
        acting = set(self.roles.addresses())
        said = {host(one.dns_name) for one, _, _ in self.directory.controllers() if one.dns_name}
        named = {self.addresses.full(name, domains) for name in (*self.roles.names(), *said)}
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
        self._acting, self._proven_names = set(named), set(named)
        for ip in sorted(self._controllers):
            seen = self.roles.roles_of(ip)
            name, found = self.addresses.resolve(ip, max((one[1] for one in seen.values()), default=0), domains)
            if name and found.certainty != "low":
                self._acting.add(name)
                if ip in self._proven:
                    self._proven_names.add(name)

    def resolve(self, ip: str, at: int) -> Resolution:
        """Which computer had this address at this time (UTC microseconds)."""
        return self._resolve(ip, at)[1]

    def sure_name(self, ip: str, at: int) -> str:
        """Full name of the computer that had this address at this time; empty unless that is certain."""
        name, found = self._resolve(ip, at)
        return name if found.certainty == "high" else ""

    def _resolve(self, ip: str, at: int) -> tuple[str, Resolution]:
        if not self._settled:
            self._settle()
        known = self._last.get(ip)
        if known is not None:
            return known
        if len(self._last) >= ANSWERS:
            self._last.clear()
        if ip.startswith(NAMED):  # the record names the computer itself
            said = ip[len(NAMED) :].rpartition("\\")[2]
            if not is_address(said):
                plain = host(said)
                if not plain:
                    return "", Resolution(ip=ip)
                name = self.addresses.full(plain, self.accounts.dns_domains)
                found = Resolution(ip=ip, computer=self.label(name), method="log", certainty="high")
                self._last[ip] = (name, found)
                return name, found
            ip = said
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
        known = self._computers.get(name)
        if known is None:
            if len(self._computers) >= ANSWERS:
                self._computers.clear()
            full = self.addresses.full(host(name) or name.lower(), self.accounts.dns_domains)
            kind = "controller" if full in self._acting else "computer"
            known = EntityRef(kind, f"computer:{full}", self.label(full))  # type: ignore[arg-type]
            self._computers[name] = known
        return known

    def address_entity(self, ip: str, at: int) -> EntityRef:
        """The computer that had this address, or the address itself while nobody named it surely enough."""
        known = self._ends.get(ip) if self._settled else None
        return known[0] if known is not None else self.end(ip, at)[0]

    def end(self, ip: str, at: int) -> tuple[EntityRef, str]:
        """address_entity() with the method by which its name is known, "" without a name."""
        if not self._settled:
            self._settle()
        known = self._ends.get(ip)
        if known is not None:
            return known
        latest = self._ends_at.get(ip)
        if latest is not None and latest[0] <= at < latest[1]:
            return latest[2]
        name, found = self._resolve(ip, at)
        if name and found.certainty != "low":
            kind = "controller" if name in self._acting else "computer"
            ref = EntityRef(kind, f"computer:{name}", self.label(name))  # type: ignore[arg-type]
        else:
            plain = found.ip.removeprefix(NAMED)
            ref = EntityRef("controller" if plain in self._controllers else "address", f"address:{plain}", plain)
        answer = ref, found.method
        if ip in self._last:  # the same at all times
            if len(self._ends) >= ANSWERS:
                self._ends.clear()
            self._ends[ip] = answer
        else:
            if len(self._ends_at) >= ANSWERS:
                self._ends_at.clear()
            self._ends_at[ip] = *self.addresses.steady(found.ip, at, self.accounts.dns_domains), answer
        return answer

    def is_controller(self, ip: str) -> bool:
        """True when this address acts as a domain controller, or DNS gives it to a host that the directory calls one."""
        if not self._settled:
            self._settle()
        known = self._acts.get(ip)
        if known is None:
            if len(self._acts) >= ANSWERS:
                self._acts.clear()
            known = self._acts[ip] = ip in self._controllers or self._is_one_of(ip, self._acting)
        return known

    def is_proven_controller(self, ip: str) -> bool:
        """True when this address does what only a controller does, or DNS gives it to a controller by name."""
        self._settle()
        return ip in self._proven or self._is_one_of(ip, self._proven_names)

    def is_serving_controller(self, ip: str) -> bool:
        """The same without what an impostor does that registered itself: serving replication alone is no proof here."""
        roles = self.roles.roles_of(ip)
        return not PROOF.isdisjoint(roles) if roles else self.is_proven_controller(ip)

    def _is_one_of(self, ip: str, names: set[str]) -> bool:
        """The same for the end that a log record names only by its computer."""
        return ip.startswith(NAMED) and self._resolve(ip, 0)[0] in names

    def clock(self, ip: str, at: int) -> int | None:
        """Microseconds that a KDC's clock is ahead of the recording's at this time, None where it never told its time."""
        return self.clocks.ahead(ip, at)

    def serves(self, name: str) -> set[str]:
        """What a computer serves: DNS server, Certificate authority, AD FS, ..."""
        self._settle()
        if self._servers is None:
            self._servers = served(self)
        return self._servers.get(name, set())

    def gateways(self) -> dict[str, int]:
        """Addresses of the gateways that gave addresses to VPN clients, with the time of a session, UTC microseconds."""
        return {one.nas: one.start for sessions in self.sessions.users().values() for one in sessions if is_address(one.nas)}

    def is_guest(self, ip: str, key: str) -> bool:
        """True when this computer-like account (key of its entity) signed in from an address that is another computer's."""
        self._settle()
        return key.startswith("computer:") and self.addresses.is_guest(ip, key.partition(":")[2], self.accounts.dns_domains)

    def is_name_server(self, ip: str) -> bool:
        """True when this address answered DNS questions."""
        if not self._settled:
            self._settle()
        known = self._answers.get(ip)
        if known is None:
            if len(self._answers) >= ANSWERS:
                self._answers.clear()
            known = self._answers[ip] = "dns server" in self.roles.roles_of(ip)
        return known

    def controllers(self) -> tuple[EntityRef, ...]:
        """All controllers seen, each once, by key."""
        if not self._settled:
            self._settle()
        found = {}
        for ip in self._controllers:
            seen = self.roles.roles_of(ip)
            at = max((one[1] for one in seen.values()), default=0)
            ref = self.address_entity(ip, at)
            found[ref.key] = EntityRef("controller", ref.key, ref.label)
        for name in self._controller_names:
            if name:
                found.setdefault(f"computer:{name}", EntityRef("controller", f"computer:{name}", self.label(name)))
        return tuple(found[key] for key in sorted(found))

    def station(self, key: str) -> Station:
        """What was seen of the computer or address of an entity, by hour."""
        self._settle()
        if self._places is None:
            self._places = {}
            for place, sides in self.sight.watched.minutes.places.items():
                hours = [hour for held in sides.values() for hour in (min(held), max(held))]
                ref = self.address_entity(place, (min(hours) + max(hours) + 1) * HOUR // 2)
                self._places.setdefault(ref.key, []).append(place)
        found = self._stations.get(key)
        if found is None:
            found = self._stations[key] = station(self.sight.watched, self._places.get(key, ()))
        return found

    def why_controller(self, ip: str) -> tuple[tuple[str, str], ...]:
        """(sentence, proof) for each thing that makes an address a controller."""
        rows = sorted(self.roles.roles_of(ip).items())
        acts = tuple((CONTROLLER_ROLES[role], seen[3]) for role, seen in rows if role in CONTROLLER_ROLES)
        partner = self.roles.partner(ip)
        return (*acts, (PARTNER, partner)) if partner else acts

    def bindings(self, address_or_name: str) -> list[Binding]:
        """All that was said of an address, or of a computer's name, oldest first. Entity keys are understood too."""
        text = address_or_name.removeprefix("address:").removeprefix("computer:").lower()
        domains = self.accounts.dns_domains
        self._settle()
        return self.addresses.about_address(text, domains) or self.addresses.about_name(text, domains)

    # ---- accounts and tickets

    def account(self, name: str, domain: str | None = None, sid: str | None = None, at: int | None = None) -> EntityRef | None:
        """The account of a name in any spelling; a machine account is its computer, a managed service account is none. Where only
        its SID is told, the account that had it at that time. None for nothing at all."""
        if not self._settled:
            self._settle()
        key = (name, domain)
        if sid is None and key in self._plain:
            return self._accounts[key]
        if principal(name, domain, sid):
            return None
        if not name or name[:4].upper() == "S-1-":
            return self.account_of_sid(sid_in(name) or sid_in(sid), at)
        if key not in self._accounts:
            self._accounts[key] = self._sought(name, domain)
        if sid is None:
            self._plain.add(key)
        return self._accounts[key]

    def _sought(self, name: str, domain: str | None) -> EntityRef | None:
        """The account of a name as the directory tells it, or as it is written."""
        told = "@" in name or "=" in name
        held = self.directory.state(self.directory.principal(name)) if told else None
        if not told and not domain and "\\" not in name and len(self.accounts.dns_domains) > 1:
            held = self.directory.state(self.directory.account(name))  # the only one of that name in the directory
        return self._account(name, domain) if held is None else self.entity_named(held.object)

    def _account(self, name: str, domain: str | None) -> EntityRef | None:
        """The account of a name that the directory knows under no other."""
        plain, realm = self.accounts.key(name, domain)
        found: EntityRef | None = None
        if plain.startswith("host/"):
            plain = plain[5:] + "$"
        managed = self._is_managed(plain, realm)
        if plain.endswith("$") and host(plain) and not managed:
            machine = host(plain)
            found = self.computer_entity(f"{machine}.{realm}" if "." in realm and "." not in machine else machine)
        elif plain:
            elsewhere = bool(realm) and realm not in self.accounts.dns_domains and self.accounts.dns_domains
            label = f"{realm}\\{plain}" if elsewhere else plain
            kind: EntityKind = "service" if managed else "user"
            found = EntityRef(kind, f"user:{realm}\\{plain}" if realm else f"user:{plain}", label)
        return found

    def _is_managed(self, name: str, realm: str) -> bool:
        """True for a managed service account; a domain that nobody tied to a DNS name may be any."""
        domains = self._managed.get(host(name)) if name.endswith("$") else None
        return domains is not None and ("." not in realm or realm in domains or "" in domains)

    def account_of_sid(self, sid: str, at: int | None = None) -> EntityRef | None:
        """The account that had a SID at a time; an entity of its own while nobody tells its name."""
        self._settle()
        if not sid:
            return None
        held = self.accounts.holder(sid, at)
        if held is None:
            return EntityRef("user", f"user:{sid.lower()}", sid)
        return self.account(held[0], held[1] or None)

    def account_entity(self, activity: Activity) -> EntityRef | None:
        """Who acted: said by the activity, or the holder of the ticket that opened its session."""
        if not self._settled:
            self._settle()
        elif activity is self._asked:
            return self._actor  # every detector asks it of the activity at hand
        self._actor = self._account_entity(activity)
        self._asked = activity
        return self._actor

    def _account_entity(self, activity: Activity) -> EntityRef | None:
        who, detail = activity.account, activity.detail
        kind = type(detail)
        if who is None:
            if (kind is KerberosAs or kind is KerberosTgs) and detail.client:  # type: ignore[union-attr]
                return self.account(detail.client, detail.realm)  # type: ignore[union-attr]
            if kind is Ntlm and detail.user and not detail.anonymous:  # type: ignore[union-attr]
                return self.account(detail.user, detail.domain)  # type: ignore[union-attr]
            if kind is LdapBind and detail.name:  # type: ignore[union-attr]
                return self.account(detail.name)  # type: ignore[union-attr]
        elif who.name or who.sid:
            known = self._told.get(who)
            if known:
                return known[0]
            computer: str | None = detail.computer if kind in LOGGED else None  # type: ignore[union-attr]
            told = (who, computer) if is_placeless(who.name, who.domain, who.sid) else who  # others are who they are anywhere
            known = self._told.get(told)
            if known is None:
                if len(self._told) >= ANSWERS:
                    self._told.clear()
                known = self._told[told] = self._steady(who, computer)
            return known[0] if known else self._said(who, computer, activity.at or None)
        presented = activity.ticket or getattr(detail, "presented_ticket_hash", None) or getattr(detail, "ticket_hash", None)
        holder = self.tickets.find(presented) if presented else None
        return self.account(holder.client, holder.realm) if holder is not None else None

    def _said(self, who: Account, computer: str | None, at: int | None) -> EntityRef | None:
        """The account of words that a log of this computer, or (None) a protocol uses."""
        if computer is not None and is_placeless(who.name, who.domain, who.sid):
            return self.logged_account(who, computer, at)
        return self.account(who.name, who.domain, who.sid, at)

    def _steady(self, who: Account, computer: str | None) -> tuple[EntityRef | None, ...]:
        """The same where it is one account at all times; nothing where it depends on the time."""
        changes = {at for text in (who.sid, who.name) for at in self.accounts.changes(sid_in(text))}
        found = {self._said(who, computer, at) for at in (None, 1, *changes)} if len(changes) <= CHANGES else ()
        return tuple(found) if len(found) == 1 else ()

    def logged_account(self, who: Account, computer: str, at: int | None = None) -> EntityRef | None:
        """The account of a log's words that need the computer which wrote them: its own services are the computer, an
        account without a domain is one of its domain where it is a controller, else one that only this computer has."""
        where, kind = host(computer), principal(who.name, who.domain, who.sid)
        if kind:
            return self.computer_entity(where) if kind == "computer" and where else None
        held = self.accounts.holder(sid_in(who.sid), at) if who.sid else None
        if held is not None and held[1]:
            return self.account(held[0], held[1])
        text = who.name
        if not where or not text or text[:4].upper() == "S-1-" or text.endswith("$") or any(mark in text for mark in "@\\="):
            return self.account(text, None, who.sid, at)
        return self.account(text, self.domain_served(computer) or short(where))

    def domain_served(self, computer: str) -> str:
        """DNS name of the domain whose controller a log's computer is, "" for any other."""
        self._settle()
        full = self.addresses.full(host(computer), self.accounts.dns_domains)
        return full.partition(".")[2] if full in self._acting else ""

    def account_words(self, name: str, domain: str | None = None) -> frozenset[str]:
        """What is known of an account: "signed in", "exists", "unknown", "sensitive"."""
        key = self.accounts.key(name, domain)
        words = frozenset(self.accounts.words(key))
        held = self.directory.state(self.directory.account(key[0], key[1])) if key[1] else None
        if held is not None and not held.object.deleted:
            words |= {"exists"}
        return words | {"sensitive"} if self.accounts.is_born_sensitive(key) else words

    def ticket(self, hash: str | None) -> Ticket | None:
        """The issue of a ticket by its fingerprint."""
        return self.tickets.find(hash)

    def is_domain(self, text: str) -> bool:
        """True when this is the DNS name of a domain that was seen."""
        return text.lower() in self.accounts.dns_domains

    def is_inside(self, name: str) -> bool:
        """True when a DNS name is that of a domain that was seen, or lies below one."""
        if not self._settled:
            self._settle()
        known = self._inside.get(name)
        if known is None:
            if len(self._inside) >= ANSWERS:
                self._inside.clear()
            labels = name.split(".")
            known = any(self.is_domain(".".join(labels[start:])) for start in range(len(labels) - 1))
            self._inside[name] = known
        return known

    # ---- the directory, groups, tags

    def object_of(self, key: str) -> Key | None:
        """The directory's object of an entity ("user:corp.test\\alice", "computer:ws1.corp.test", "group:corp.test\\staff")."""
        self._settle()
        kind, _, rest = key.partition(":")
        if kind == "computer":
            return self.directory.computer(rest)
        if kind == "domain":
            return self.directory.domain(rest)
        if kind not in ("user", "group"):
            return None
        domain, _, name = rest.rpartition("\\")
        if sid := sid_in(name):
            return self.directory.find(sid, domain)
        found = self.directory.account(name, domain)
        if found is None and (sid := self.accounts.sid((name, domain))):
            found = self.directory.find(sid)
        return found

    def entity_of_object(self, key: Key) -> EntityRef:
        """The entity of a directory's object."""
        self._settle()
        found = self.directory.state(key)
        if found is None:
            ref = self.account_of_sid(sid_in(key[1])) if sid_in(key[1]) else None
            return ref or EntityRef("user", f"user:{key[1].lower()}", key[1])
        return self.entity_named(found.object)

    def entity_named(self, one: DirectoryObject) -> EntityRef:
        """The entity that an object of the directory is."""
        self._settle()
        if one.object_class.lower() == "domaindns":
            return EntityRef("domain", f"domain:{one.domain.lower()}", one.domain.lower())
        name, domain = (one.sam or one.display_name or one.dn), one.domain.lower()
        if "group" in one.object_class.lower() and "managedserviceaccount" not in one.object_class.lower():
            return EntityRef("group", f"group:{domain}\\{name.lower()}", name)
        if one.object_class.lower() == "computer" and one.dns_name:
            return self.computer_entity(one.dns_name)
        return self._account(name, domain) or EntityRef("user", f"user:{domain}\\{name.lower()}", name)

    def told_sensitive(self) -> set[str]:
        """Keys of accounts that logs, or what was written into a group over LDAP, made sensitive at any time."""
        self._settle()
        if self._members is None:
            self._members = logged_members(self)
        found = set(self._members)
        for (name, domain), words in self.accounts.rows().items():
            if "sensitive" in words:
                ref = self.account(name, domain or None)
                found |= {ref.key} if ref is not None else set()
        return found

    def why_sensitive(self, key: str, at: int | None = None) -> tuple[str, ...]:
        """Why an entity can reach the whole domain at a time (UTC microseconds; None: as known last); empty when it cannot."""
        self._settle()
        if self._members is None:
            self._members = logged_members(self)
        return why_sensitive(self, key, at, self._members.get(key, {}))

    def tags(self, key: str, now: int | None = None) -> tuple[str, ...]:
        """Words beside an entity that the program finds by itself; now: time of the last activity, UTC microseconds."""
        self._settle()
        return automatic(self, key, now)
