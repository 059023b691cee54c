"""Which computer an address was, at which time, and who says so."""

from collections.abc import Iterable

from app.engine.knowledge import crowded
from app.engine.knowledge.guests import GUEST, MACHINES, OF_ACCOUNTS, guests
from app.engine.knowledge.names import DOMAIN_LABELS, short
from app.engine.knowledge.tally import Key, Seen, Tally
from app.model.activity import Activity
from app.model.entity import Binding, Certainty, Resolution

HOUR = 3_600_000_000
DAY = 24 * HOUR
FAR = 2**63
COMPUTERS = 100_000
"""Full names of computers that are kept beside the bindings."""
NETBIOS = 15
"""Characters of a NetBIOS name; a longer host name is cut to it (MS-NBTE section 1.8, MS-ADTS section 3.1.1.1.6)."""
BINDINGS = 200_000
"""Bindings kept: a thousand addresses, each named by four methods in each of 50 hours."""
NAT_HOSTS = 3
"""Distinct computer accounts from one address within one hour, from which on it looks like address translation: one
computer signs in as one machine account; two can be a rename or a cluster node."""

METHODS: dict[str, tuple[Certainty, str]] = {
    "kerberos-host": ("high", "it signed in to Kerberos as this computer's own account"),
    "ldap-ping": ("high", "it answered a Netlogon ping with this name"),
    "ntlm-server": ("high", "its NTLM challenge carried this name"),
    "rpc-ntlm": ("high", "asked over RPC, it named itself in its NTLM challenge"),
    "netbios-status": ("medium", "asked for its NetBIOS node status, it gave this name"),
    "rdp-tls": ("medium", "asked over RDP, its certificate carried this name"),
    "reverse-dns": ("low", "reverse DNS gave this name, which may be old"),
    "kerberos-service": ("high", "it accepted a Kerberos ticket for a service of this name"),
    "log-kerberos": ("high", "a log says that this computer's own account signed in from there with Kerberos"),
    "dns": ("medium", "DNS answered so"),
    "dns-update": ("medium", "a dynamic DNS update registered it"),
    "dhcp": ("medium", "the DHCP client gave this name for the lease"),
    "netbios": ("medium", "NetBIOS name service said so"),
    "rdp": ("medium", "its RDP certificate carried this name"),
    "kerberos-address": ("medium", "the Kerberos client named itself so in its request"),
    "ntlm-workstation": ("medium", "the NTLM client named itself so"),
    "log-workstation": ("medium", "a log says that the NTLM client there named itself so"),
    "radius": ("medium", "the VPN client named itself so to the gateway"),
    "ldap-ping-client": ("medium", "the computer named itself so when it looked for a controller"),
    "mdns": ("medium", "multicast DNS said so"),
    "llmnr": ("low", "an LLMNR answer said so, which anybody on the segment can give"),
    "log-claim": ("low", "a log says that this computer's ticket was asked for from there, and refused"),
    GUEST: ("low", "an account of this name asked for a ticket from there, but the computer gave another name as its own"),
    "kerberos-claim": ("low", "it asked for this computer's ticket; nothing shows that it received one"),
}
"""Method to its certainty and the sentence that explains it."""
OWNERS = 200
"""Bindings of one name that are looked at when somebody else calls himself so."""
ORDER: dict[str, int] = {"low": 0, "medium": 1, "high": 2}
LEVELS: tuple[Certainty, ...] = ("low", "medium", "high")


def certainty_of(method: str) -> Certainty:
    """Certainty of a method before contradictions are weighed."""
    return METHODS.get(method, ("low", ""))[0]


CLAIMS = frozenset({"ntlm-workstation", "kerberos-address", "ldap-ping-client", "log-workstation", "radius"})
"""Methods by which a client calls itself something. Whoever relays an authentication passes its victim's name on."""


class Addresses:
    """Fold of name observations. Key of a row: (address, name, method, hour), name in lower case as it was said.

    computers: full names that a log or a directory told without an address; they say what a short name stands for.
    """

    def __init__(self) -> None:
        self.tally = Tally(BINDINGS)
        self.computers = Tally(COMPUTERS)
        self._version = (-1, -1)
        self._by_address: dict[str, list[tuple[Key, Seen]]] = {}
        self._by_short: dict[str, set[str]] = {}
        self._owners: dict[str, list[tuple[str, int, int]]] = {}
        self._crowds: dict[str, crowded.Crowd] = {}
        self._answers: dict[str, list[tuple[str, list[tuple[int, int, int, str, int, str]]]]] = {}
        self._managed: frozenset[str] = frozenset()
        self._foreign: dict[str, set[str]] = {}
        self._by_name: tuple[frozenset[str], dict[str, list[tuple[Key, Seen]]]] | None = None

    def say(self, address: str, name: str, method: str, activity: Activity) -> None:
        """One activity says that address was name."""
        if name and address:
            self.tally.add((address, name, method, activity.at // HOUR), activity)

    def call(self, name: str, activity: Activity) -> None:
        """One activity names a computer by its full name, wherever it is."""
        if "." in name:
            self.computers.add((name,), activity)

    def manage(self, names: frozenset[str]) -> None:
        """These names, full or short, are those of service accounts that no computer has."""
        if names != self._managed:
            self._managed, self._foreign, self._answers, self._crowds = names, {}, {}, {}

    def settle(self) -> None:
        """Bring the indices up to date with the tallies."""
        version = (self.tally.changes, self.computers.changes)
        if self._version == version:
            return
        self._by_address, self._by_short, self._owners, self._answers = {}, {}, {}, {}
        self._foreign, self._by_name = {}, None
        for key, seen in self.tally.rows():
            self._by_address.setdefault(str(key[0]), []).append((key, seen))
            name = str(key[1])
            self.shorten(name)
            if key[2] not in CLAIMS and ORDER[certainty_of(str(key[2]))]:
                self._owners.setdefault(short(name), []).append((str(key[0]), seen[0] - HOUR, seen[1] + HOUR))
        for owners in self._owners.values():
            owners.sort()
        for key, _ in self.computers.rows():
            self.shorten(str(key[0]))
        self._version = (self.tally.changes, self.computers.changes)

    def shorten(self, name: str) -> None:
        """Remember which short names this full name has: its first label, and that cut to the length of a NetBIOS name."""
        label, dot, _ = name.partition(".")
        if dot:
            self._by_short.setdefault(label, set()).add(name)
            if len(label) > NETBIOS:
                self._by_short.setdefault(label[:NETBIOS], set()).add(name)

    def full(self, name: str, domains: Iterable[str]) -> str:
        """The one full name that a short name stands for within these domains, or the name itself."""
        if "." in name:
            return name
        self.settle()
        known = domains if isinstance(domains, (set, frozenset)) else set(domains)
        found = {one for one in self._by_short.get(name, ()) if not known or one.split(".", 1)[1] in known}
        return found.pop() if len(found) == 1 else name

    def names(self, address: str, domains: set[str]) -> list[tuple[str, list[tuple[int, int, int, str, int, str]]]]:
        """(full name, [(first, last, certainty, method, count, proof)]) of an address, names in order."""
        self.settle()
        if address in self._answers:
            return self._answers[address]
        rows = self._by_address.get(address, [])
        machines: dict[int, set[str]] = {}
        foreign = self._guests(address, domains)
        for key, _ in rows:
            if key[2] in MACHINES and key[1] not in foreign:
                machines.setdefault(int(str(key[3])), set()).add(str(key[1]))
        shared = any(len(names) >= NAT_HOSTS for names in machines.values())
        found: dict[str, list[tuple[int, int, int, str, int, str]]] = {}
        for key, seen in rows:
            name, method = str(key[1]), str(key[2])
            if name in domains or short(name) in DOMAIN_LABELS or (method in OF_ACCOUNTS and name in foreign):
                continue
            level = 0 if shared or (method in CLAIMS and self._taken(address, name, seen)) else ORDER[certainty_of(method)]
            found.setdefault(self.full(name, domains), []).append((seen[0], seen[1], level, method, seen[2], seen[3]))
        answer = sorted(found.items())
        self._answers[address] = answer
        return answer

    def _guests(self, address: str, domains: set[str]) -> set[str]:
        """Names of accounts that signed in from an address and are not its computer's."""
        found = self._foreign.get(address)
        if found is None:
            rows = self._by_address.get(address, [])
            found = guests(rows, self._managed, CLAIMS, lambda name: self.full(name, domains), self.computers.seen)
            self._foreign[address] = found
        return found

    def is_guest(self, address: str, name: str, domains: set[str]) -> bool:
        """True when the account of this full name signed in from an address and is not its computer's own."""
        self.settle()
        if any(self.full(one, domains) == name for one in self._guests(address, domains)):
            return True
        said = {str(key[2]) for key, _ in self._by_address.get(address, []) if self.full(str(key[1]), domains) == name}
        return GUEST in said and said <= OF_ACCOUNTS

    def _taken(self, address: str, name: str, seen: Seen) -> bool:
        """True when others, who should know, give the name that a client calls itself to another address at that time."""
        owners = [one for one in self._owners.get(short(name), [])[:OWNERS] if one[1] <= seen[1] and seen[0] <= one[2]]
        return bool(owners) and all(owner[0] != address for owner in owners)

    def resolve(self, address: str, at: int, domains: set[str]) -> tuple[str, Resolution]:
        """(full name or "", resolution) of an address at a time.

        What is nearer than an hour counts in full; up to a day a step less, beyond it two steps less. Then the nearer, the
        more often said, the first in the alphabet.
        """
        names = self.names(address, domains)
        if address in self._crowds or sum(len(spans) for _, spans in names) >= crowded.FROM:
            return self._resolve_crowded(address, at, names)
        best: tuple[tuple[int, int, int, str], str, int, str, str] | None = None
        second = -9
        for name, spans in names:
            own: tuple[tuple[int, int, int, str], str, int, str, str] | None = None
            for first, last, level, method, count, proof in spans:
                away = max(first - at, at - last, 0)
                worth = level - (0 if away <= HOUR else 1 if away <= DAY else 2)
                rank = (-worth, away, -count, name)
                if own is None or (rank, proof) < (own[0], own[4]):
                    own = (rank, name, worth, method, proof)
            if own is None:
                continue
            if best is None or own[0] < best[0]:
                if best is not None:
                    second = max(second, best[2])
                best = own
            else:
                second = max(second, own[2])
        if best is None:
            return "", Resolution(ip=address)
        worth = best[2] - (1 if second >= best[2] else 0)
        return best[1], Resolution(
            ip=address, computer=best[1], method=best[3], certainty=LEVELS[max(0, min(2, worth))], proof=best[4]
        )

    def steady(self, address: str, at: int, domains: set[str]) -> tuple[int, int]:
        """(from, until) of a time around this one in which resolve() answers the same.

        What decides changes where a name begins or ends to be said, an hour and a day before and behind; and half way between
        two that count the same, of which one was said before and the other will be.
        """
        low, high, best = -FAR, FAR, -FAR
        inside, gone, coming = False, -FAR, FAR
        names = self.names(address, domains)
        if address in self._crowds:
            return at, at + 1
        for _, spans in names:
            for first, last, level, _, _, _ in spans:
                worth = level
                if at < first:
                    away = first - at
                    since, until = (
                        (-FAR, first - DAY) if away > DAY
                        else (first - DAY, first - HOUR) if away > HOUR
                        else (first - HOUR, first)
                    )  # fmt: skip
                elif at > last:
                    away = at - last
                    since, until = (
                        (last + DAY + 1, FAR) if away > DAY
                        else (last + HOUR + 1, last + DAY + 1) if away > HOUR
                        else (last + 1, last + HOUR + 1)
                    )  # fmt: skip
                else:
                    away, since, until = 0, first, last + 1
                if since > low:
                    low = since
                if until < high:
                    high = until
                if away > HOUR:
                    worth -= 1 if away <= DAY else 2
                if worth > best:
                    best, inside, gone, coming = worth, False, -FAR, FAR
                if worth == best:
                    if not away:
                        inside = True
                    elif at > last:
                        gone = max(gone, last)
                    else:
                        coming = min(coming, first)
        if inside or gone == -FAR or coming == FAR:
            return low, high
        if at - gone < coming - at:  # what was said last counts, until what comes is as near
            return low, min(high, -(-(gone + coming) // 2))
        return (max(low, (gone + coming) // 2 + 1), high) if at - gone > coming - at else (at, at + 1)

    def _resolve_crowded(self, address: str, at: int, names: crowded.Names) -> tuple[str, Resolution]:
        """The same where very many names were given to one address, as behind address translation."""
        crowd = self._crowds.get(address)
        if crowd is None or crowd.names is not names:
            crowd = self._crowds[address] = crowded.Crowd(names)
        name, worth, method, proof, second = crowd.best(at)
        level = LEVELS[max(0, min(2, worth - (1 if second >= worth else 0)))]
        return name, Resolution(ip=address, computer=name, method=method, certainty=level, proof=proof)

    def bindings(self, matches: Iterable[tuple[Key, Seen]], domains: set[str]) -> list[Binding]:
        """Rows joined into one binding for each address, name and method that no other name interrupted."""
        joined: list[Binding] = []
        ordered = sorted(matches, key=lambda row: (row[0][0], row[0][2], row[1][0], row[0][1]))
        for key, seen in ordered:
            address, name, method = str(key[0]), str(key[1]), str(key[2])
            method = GUEST if method in MACHINES and name in self._guests(address, domains) else method
            before = joined[-1] if joined else None
            if before is not None and (before.address, before.name, before.method) == (address, name, method):
                joined[-1] = Binding(
                    address=address, name=name, method=method, certainty=before.certainty, first=before.first,
                    last=max(before.last, seen[1]), count=before.count + seen[2], proof=before.proof,
                )  # fmt: skip
                continue
            joined.append(
                Binding(
                    address=address, name=name, method=method, certainty=certainty_of(method),
                    first=seen[0], last=seen[1], count=seen[2], proof=seen[3],
                )
            )  # fmt: skip
        return sorted(joined, key=lambda one: (one.first, one.address, one.name, one.method))

    def about_address(self, address: str, domains: set[str]) -> list[Binding]:
        """What was said of an address."""
        self.settle()
        return self.bindings(self._by_address.get(address, []), domains)

    def about_name(self, name: str, domains: set[str]) -> list[Binding]:
        """What was said of a computer, by its full or short name."""
        self.settle()
        if self._by_name is None or self._by_name[0] != domains:
            found: dict[str, list[tuple[Key, Seen]]] = {}
            for row in self.tally.rows():
                found.setdefault(self.full(str(row[0][1]), domains), []).append(row)
            self._by_name = (frozenset(domains), found)
        return self.bindings(self._by_name[1].get(self.full(name, domains), []), domains)
