"""What the directory says of accounts, computers and groups, and who belongs to which group, as known at a time."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from app.engine.knowledge.sids import BORN_SENSITIVE, is_sensitive_group, relative_id, sid_in
from app.engine.knowledge.states import Key, State, States, glance, unpack
from app.model.activity import Activity
from app.model.directory import DirectoryObject

DEEPEST = 20_000
"""Groups or members looked at for one question."""
MOST = 4_096
"""Groups of one member, and objects of one account name, that are kept; a sign-in token holds about a thousand groups."""
UNPACKED = 4_096
"""Objects kept at hand unpacked."""
SENSITIVE_NAMES = frozenset({
    "dnsadmins", "exchange servers", "exchange trusted subsystem", "exchange windows permissions", "organization management",
})  # fmt: skip
"""Groups that can reach the whole domain but have no well-known number, by the name that their software gives them."""
SERVER_TRUST, PARTIAL_SECRETS = 0x2000, 0x04000000
"""Bits of userAccountControl that only controllers, and read-only ones, have (MS-ADTS section 2.2.16)."""
CONTROLLER_GROUPS = frozenset({516, 521})
Edge = tuple[Key, int, int]
"""The other end of a membership, and from when until when it held."""
EVER = (-(2**63), 2**63 - 1)


class Known(Struct, frozen=True, kw_only=True, gc=False):
    """One object with the time of the state that is shown, the activity that says so, and the first and last time it was told."""

    object: DirectoryObject
    at: int
    proof: str
    first: int
    last: int


class Directory:
    """States with the questions that are asked of them. Indices are built when something new came.

    Of an object with several states the one that was the latest at the time asked for counts; before the first, the first.
    """

    def __init__(self) -> None:
        self.states = States()
        self._version = -1
        self._reset()

    def _reset(self) -> None:
        self._by_name: dict[str, Key] = {}
        self._sams: dict[str, tuple[tuple[str, Key, bool], ...]] = {}
        self._by_spn: dict[str, Key] = {}
        self._up: dict[Key, tuple[Edge, ...]] = {}
        self._down: dict[Key, list[Edge]] = {}
        self._edges: dict[Edge, Edge] = {}
        self._texts: dict[str, str] = {}
        self._parts: dict[Key, int] = {}
        self._controllers: dict[Key, tuple[int, str]] = {}
        self._domains: dict[str, Key] = {}
        self._classes: dict[str, list[Key]] = {}
        self._at_hand: OrderedDict[Key, Known] = OrderedDict()
        self._sensitive: dict[Key, tuple[Key, ...]] = {}

    def learn(self, one: DirectoryObject, activity: Activity) -> None:
        """A directory had this object at the time of the activity."""
        self.states.add(one, activity)

    # ---- indices

    def settle(self) -> None:
        """Bring the indices up to date with the states."""
        if self._version == self.states.changes:
            return
        self._reset()
        rows = list(self.states.rows())
        self._version = self.states.changes
        primary: dict[tuple[str, int], list[Edge]] = {}
        grouped: list[tuple[Key, DirectoryObject, int, int]] = []
        for key, states in rows:
            head = (key[0], key[1], 0)
            bodies = [(state[0], glance(state[2])) for state in states]
            for place, (at, one) in enumerate(bodies):
                since = EVER[0] if place == 0 else at
                until = EVER[1] if place == len(bodies) - 1 else bodies[place + 1][0]
                if one.members:
                    grouped.append((head, one, since, until))
                if one.primary_group is not None and key[2] == 0:
                    domain_sid = self._one(key[1].rpartition("-")[0])
                    primary.setdefault((domain_sid, one.primary_group), []).append((head, since, until))
            if key[2]:
                self._parts[head] = max(self._parts.get(head, 0), key[2])
                continue
            self._index(key, bodies[-1][1], states[-1])
            for _, one in bodies[:-1]:
                for name in (one.dn, (one.guid or "").strip("{}")):
                    if name:
                        self._by_name.setdefault(name.lower(), key)
        for head, one, since, until in grouped:
            for member in one.members:
                self._tie(self.find(member, one.domain.lower()) or self._stranger(member), head, since, until)
        for (domain_sid, rid), held in primary.items():
            found = self._by_name.get(f"{domain_sid}-{rid}")
            group = found if found is not None else ("", f"{domain_sid}-{rid}", 0)
            for head, since, until in held:
                self._tie(head, group, since, until)
        self._edges = {}

    def _one(self, text: str) -> str:
        """The same text as one object, however often it comes."""
        return self._texts.setdefault(text, text)

    def _index(self, key: Key, one: DirectoryObject, state: State) -> None:
        domain = self._one(one.domain.lower())
        if one.dn:
            self._by_name[one.dn.lower()] = key
        sid = sid_in(one.sid)
        if sid:
            self._by_name[key[1] if key[1] == sid and not key[0] else f"{domain}/{sid}"] = key
        if one.guid:
            self._by_name[one.guid.strip("{}").lower()] = key
        if one.sam:
            sam = one.sam.lower()
            namesakes = self._sams.get(sam, ())
            if len(namesakes) < MOST:
                self._sams[sam] = (*namesakes, (domain, key, one.deleted))
        if one.upn:
            self._by_name.setdefault(f"upn/{one.upn.lower()}", key)
        if one.dns_name:
            self._by_name.setdefault(f"host/{one.dns_name.lower().rstrip('.')}", key)
        if not one.deleted:
            for spn in one.spns:
                self._by_spn.setdefault(spn.lower(), key)
        if one.object_class.lower() == "domaindns":
            self._domains[domain] = key
        self._classes.setdefault(one.object_class.lower(), []).append(key)
        if not one.deleted and is_controller_object(one):
            self._controllers[key] = (state[0], state[1])

    def _stranger(self, member: str) -> Key:
        """Key of a member that no object describes: its SID, or its distinguished name."""
        sid = sid_in(member)
        return ("", sid if sid else member.lower(), 0)

    def _tie(self, member: Key, group: Key, since: int, until: int) -> None:
        edge, held = (group, since, until), self._up.get(member, ())
        if len(held) >= MOST:
            return
        self._up[member] = (*held, self._edges.setdefault(edge, edge))
        self._down.setdefault(group, []).append((member, since, until))

    # ---- finding objects

    def find(self, text: str, domain: str = "") -> Key | None:
        """The object of a distinguished name, SID or GUID; a foreign principal's name ends with the SID of the real object."""
        self.settle()
        found = self._by_name.get(text.lower())
        if found is not None and "foreignsecurityprincipals" not in text.lower():
            return found
        sid = sid_in(text)
        if sid:
            return self._by_name.get(sid) or self._by_name.get(f"{domain}/{sid}")
        return found or self._by_name.get(text.strip("{}%").lower())

    def account(self, sam: str, domain: str = "") -> Key | None:
        """The object of an account or group name in a domain (DNS name); without a domain the only one of that name."""
        self.settle()
        named = self._sams.get(sam.lower())
        if not named:
            return None
        found = [one for one in named if not domain or one[0] == domain.lower()]
        there = [one for one in found if not one[2]] or found[:1]
        return there[0][1] if there and (domain or len(there) == 1) else None

    def principal(self, text: str) -> Key | None:
        """The account of a user principal name or of a distinguished name, which need not resemble its account name."""
        self.settle()
        return self._by_name.get(f"upn/{text.lower()}" if "=" not in text else text.lower())

    def computer(self, full: str) -> Key | None:
        """The object of a computer's full name, or of a short one that only one computer has."""
        self.settle()
        found = self._by_name.get(f"host/{full.lower()}")
        if found is not None:
            return found
        label, _, domain = full.lower().partition(".")
        return self.account(f"{label}$", domain)

    def holder(self, spn: str) -> Key | None:
        """The account that a service principal name belongs to; class/host:port and class/host/name count as class/host."""
        self.settle()
        text = spn.split("@")[0].lower()
        parts = text.split("/")
        host = parts[1].split(":")[0] if len(parts) > 1 else ""
        return self._by_spn.get(text) or self._by_spn.get("/".join(parts[:2])) or self._by_spn.get(f"{parts[0]}/{host}")

    def services(self) -> Iterable[str]:
        """Service principal names of all objects that are not deleted, in lower case."""
        self.settle()
        return self._by_spn

    def of_class(self, name: str) -> list[Key]:
        """Objects of a class, by key."""
        self.settle()
        return self._classes.get(name.lower(), [])

    def state(self, key: Key | None, at: int | None = None) -> Known | None:
        """The object as known at a time (UTC microseconds; None: as known last), its members of all parts together."""
        self.settle()
        states = self.states.seen.get(key) if key is not None else None
        if key is None or not states:
            return None
        if at is None and key in self._at_hand:
            self._at_hand.move_to_end(key)
            return self._at_hand[key]
        chosen = states[-1] if at is None else states[max(0, bisect_right([state[0] for state in states], at) - 1)]
        one = unpack(chosen[2])
        more: list[str] = []
        for part in range(1, min(one.parts, self._parts.get(key, 0) + 1)):
            others = self.states.seen.get((key[0], key[1], part))
            if others:
                place = len(others) - 1 if at is None else max(0, bisect_right([state[0] for state in others], at) - 1)
                more += unpack(others[place][2]).members
        if more:
            one = replace(one, members=(*one.members, *more))
        found = Known(object=one, at=chosen[0], proof=chosen[1], first=states[0][0], last=states[-1][0])
        if at is None:
            self._at_hand[key] = found
            if len(self._at_hand) > UNPACKED:
                self._at_hand.popitem(last=False)
        return found

    def history(self, key: Key | None) -> list[tuple[int, str, DirectoryObject]]:
        """(time, activity that says so, object) of the states of an object that are kept, oldest first, without its members."""
        return [(at, proof, glance(body)) for at, proof, body in self.states.seen.get(key, ())] if key is not None else []

    def controllers(self) -> Iterator[tuple[DirectoryObject, int, str]]:
        """(computer, time, proof) of every domain controller that the directory knows."""
        self.settle()
        for key, (at, proof) in self._controllers.items():
            found = self.state(key)
            if found is not None:
                yield found.object, at, proof

    def domain(self, name: str) -> Key | None:
        """The object of a domain by its DNS name; its facts hold the password and lockout policy."""
        self.settle()
        return self._domains.get(name.lower())

    def trusts(self, domain: str) -> list[DirectoryObject]:
        """Trusts of a domain with others (MS-ADTS section 6.1.6.7), by name."""
        found = (self.state(key) for key in self.of_class("trustedDomain"))
        return sorted(
            (one.object for one in found if one is not None and one.object.domain.lower() == domain.lower()),
            key=lambda one: one.sam or one.dn,
        )

    def principals(self) -> Iterator[tuple[Key, DirectoryObject, int, int]]:
        """(key, object as known last, first and last time told) of every user, computer and group, and of every domain."""
        self.settle()
        for key, states in self.states.seen.items():
            one = glance(states[-1][2]) if key[2] == 0 else None
            if one is not None and (one.sam or one.object_class.lower() == "domaindns"):
                yield key, one, states[0][0], states[-1][0]

    # ---- groups

    def memberships(self) -> Iterator[tuple[Key, Key, int, int]]:
        """(member, group, since, until) of every direct membership at any time, by member."""
        self.settle()
        for member, held in self._up.items():
            for group, since, until in held:
                yield member, group, since, until

    def groups(self, key: Key, at: int | None = None, nested: bool = True) -> list[Key]:
        """Groups that an object belongs to at a time, direct ones first, through groups of groups; cycles end by themselves."""
        return self._walk(self._up, key, at, nested)

    def members(self, key: Key, at: int | None = None, nested: bool = True) -> list[Key]:
        """Members of a group at a time, direct ones first, through groups of groups."""
        return self._walk(self._down, key, at, nested)

    def _walk(self, edges: Mapping[Key, Sequence[Edge]], key: Key, at: int | None, nested: bool) -> list[Key]:
        self.settle()
        when = EVER[1] - 1 if at is None else at
        found: dict[Key, None] = {}
        front = [key]
        while front and len(found) < DEEPEST:
            following: list[Key] = []
            for one in front:
                for other, since, until in edges.get(one, ()):
                    if since <= when < until and other not in found and other != key and len(found) < DEEPEST:
                        found[other] = None
                        following.append(other)
            front = following if nested else []
        return list(found)

    def why_sensitive(self, key: Key, at: int | None = None) -> tuple[Key, ...]:
        """The sensitive groups that an object is, or belongs to through others; itself when it is sensitive by birth."""
        self.settle()
        if at is None and key in self._sensitive:
            return self._sensitive[key]
        own = (key,) if relative_id(key[1]) in BORN_SENSITIVE else ()
        found = (*own, *(one for one in (key, *self.groups(key, at)) if self._is_sensitive_group(one)))
        if at is None:
            self._sensitive[key] = found
        return found

    def _is_sensitive_group(self, key: Key) -> bool:
        if is_sensitive_group(key[1]):
            return True
        if relative_id(key[1]) is not None and (relative_id(key[1]) or 0) < 1000:
            return False
        found = self.state(key)
        return (
            found is not None
            and "group" in found.object.object_class.lower()
            and ((found.object.sam or "").lower() in SENSITIVE_NAMES)
        )

    def names(self, keys: Iterable[Key]) -> list[str]:
        """What a person calls these objects."""
        named = []
        for key in keys:
            found = self.state(key)
            named.append(found.object.sam or found.object.display_name or key[1] if found is not None else key[1])
        return named


def is_controller_object(one: DirectoryObject) -> bool:
    """True for the account of a domain controller, read-only ones included."""
    if one.uac is not None and one.uac & (SERVER_TRUST | PARTIAL_SECRETS):
        return True
    return one.primary_group in CONTROLLER_GROUPS
