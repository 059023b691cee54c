"""Accounts and domains: one key for an account in whatever spelling it came."""

from collections.abc import Iterator

from app.engine.knowledge.born import BUILT_IN
from app.engine.knowledge.names import LONGEST, account_parts
from app.engine.knowledge.sids import BORN_SENSITIVE, relative_id
from app.engine.knowledge.tally import Tally
from app.model.activity import Activity

ACCOUNTS = 100_000
MEMBERS = 50_000
DOMAINS = 4_000
PUT_INTO, TAKEN_OUT = "put into ", "taken out of "
"""Beginnings of words that packets tell of an account and a sensitive group, whose name follows."""
ANSWERS = 50_000
"""Spellings of accounts kept at hand with the account that they mean."""


class Accounts:
    """Folds of accounts (domain, name, word) and of domains (NetBIOS name, DNS name).

    Words: "signed in", "exists", "unknown", "sensitive", "named"; from logs also "created", "deleted", "disabled", "enabled",
    "locked", "unlocked", and "managed" of one with a dollar sign that runs a service of a computer; from packets "put into" and
    "taken out of" a group. sids: (SID, domain, name) as a log or a directory has them together. members: (group's SID, group's
    name, group's domain, member's SID, member's name or distinguished name, computer that logged it, "added" or "removed").
    renames: (domain, old name, new name, SID).
    """

    def __init__(self) -> None:
        self.tally = Tally(ACCOUNTS)
        self.domains = Tally(DOMAINS)
        self.sids = Tally(ACCOUNTS)
        self.members = Tally(MEMBERS)
        self.renames = Tally(MEMBERS)
        self._renamed_at = -1
        self._renamed: set[tuple[str, ...]] = set()
        self._holders_at = -1
        self._holders: dict[str, list[tuple[int, int, str, str]]] = {}
        self._sids_at: object = None
        self._sids: dict[tuple[str, str], str] = {}
        self._version = (-1, -1, -1)
        self._dns: set[str] = set()
        self._short: set[str] = set()
        self._of: dict[str, str] = {}
        self._keys: dict[tuple[str, str | None], tuple[str, str]] = {}
        self._words: dict[tuple[str, str], dict[str, tuple[int, int, int, str]]] = {}

    def say(self, name: str, domain: str | None, word: str, activity: Activity) -> None:
        """One activity tells something of an account."""
        plain, realm = account_parts(name, domain)
        if plain and len(plain) <= LONGEST:
            self.tally.add((realm, plain, word), activity)

    def say_domain(self, netbios: str | None, dns: str | None, activity: Activity) -> None:
        """A domain was named; an empty NetBIOS name says only that the DNS name is a domain's."""
        full = (dns or "").strip().lower().rstrip(".")
        if "." in full and len(full) <= LONGEST:
            self.domains.add(((netbios or "").strip().lower()[:LONGEST], full), activity)

    def say_short_domain(self, netbios: str, activity: Activity) -> None:
        """A domain was named by its NetBIOS name, and nothing tells its DNS name."""
        name = netbios.strip().lower()
        if name and "." not in name and len(name) <= LONGEST:
            self.domains.add((name, ""), activity)

    def say_sid(self, sid: str | None, name: str | None, domain: str | None, activity: Activity) -> None:
        """A domain's or a computer's SID and a name stand together; SIDs of Windows itself belong to nobody."""
        if sid and name and sid[:9] == "S-1-5-21-" and len(sid) <= LONGEST:
            plain, realm = account_parts(name, domain)
            if plain and len(plain) <= LONGEST and plain[:4] != "s-1-":
                self.sids.add((sid, realm, plain), activity)

    def say_member(
        self, group: tuple[str, str, str], member: tuple[str, str], computer: str, word: str, activity: Activity
    ) -> None:
        """A log says that a member (SID, name) was added to or removed from a group (SID, name, domain)."""
        key = (*group, *member, computer, word)
        if all(len(text) <= 4 * LONGEST for text in key):
            self.members.add(key, activity)

    def say_rename(self, domain: str | None, old: str, new: str, sid: str, activity: Activity) -> None:
        """A log says that an account was given another name."""
        key = ((domain or "").lower(), old.lower(), new.lower(), sid)
        if all(len(text) <= LONGEST for text in key):
            self.renames.add(key, activity)

    def is_renamed(self, sid: str, one: str, other: str) -> bool:
        """Whether a log says that the account of a SID was called by one of these names (lower case), then by the other."""
        if self._renamed_at != self.renames.changes:
            self._renamed = {(str(key[3]), *sorted((str(key[1]), str(key[2])))) for key, _ in self.renames.rows() if key[3]}
            self._renamed_at = self.renames.changes
        return (sid, *sorted((one, other))) in self._renamed

    def holder(self, sid: str, at: int | None = None) -> tuple[str, str] | None:
        """(name, domain) that a SID had at a time (UTC microseconds; None: last of all); None when nobody named it."""
        if self._holders_at != self.sids.changes:
            self._holders = {}
            for (one, realm, name), seen in self.sids.rows():
                self._holders.setdefault(str(one), []).append((seen[0], seen[1], str(name), str(realm)))
            for rows in self._holders.values():
                rows.sort()
            self._holders_at = self.sids.changes
        held = self._holders.get(sid)
        if not held:
            return None
        before = [row for row in held if at is None or row[0] <= at]
        until = 2**63 if at is None else at
        _, _, name, realm = max(before, key=lambda row: (min(row[1], until), row[0])) if before else held[0]
        full = next((row[3] for row in reversed(held) if row[2] == name and row[3]), realm)
        return name, realm or full

    def changes(self, sid: str) -> Iterator[int]:
        """Times from which on holder() may answer otherwise than before, and than at the beginning."""
        self.holder("")
        for first, last, _, _ in self._holders.get(sid, ()):
            yield from (first, last + 1)

    def sid(self, key: tuple[str, str]) -> str:
        """SID of an account by its key, empty when nobody told it; the one seen last where there were several."""
        self.holder("")
        if self._sids_at != (self._holders_at, self._version):
            found: dict[tuple[str, str], tuple[int, str]] = {}
            for sid, held in self._holders.items():
                for _, last, name, realm in held:
                    one = (name, self.domain(realm))
                    found[one] = max(found.get(one, (0, "")), (last, sid))
            self._sids = {one: sid for one, (_, sid) in found.items()}
            self._sids_at = (self._holders_at, self._version)
        return self._sids.get(key, "")

    def settle(self) -> None:
        """Bring the indices up to date with the tallies."""
        version = (self.tally.changes, self.domains.changes, self.sids.changes)
        if version == self._version:
            return
        self._dns, self._short, self._keys = set(), set(), {}
        votes: dict[str, list[tuple[int, str]]] = {}
        for (netbios, dns), seen in self.domains.rows():
            if not dns:
                self._short.add(str(netbios))
                continue
            self._dns.add(str(dns))
            if netbios:
                votes.setdefault(str(netbios), []).append((-seen[2], str(dns)))
        self._of = {netbios: min(found)[1] for netbios, found in votes.items()}
        for netbios, dns in self._same_domains():
            self._of.setdefault(netbios, dns)
        for dns in sorted(self._dns, reverse=True):
            self._of.setdefault(dns.split(".", 1)[0], dns)
        self._words = {}
        for (realm, name, word), seen in self.tally.rows():
            words = self._words.setdefault((str(name), self.domain(str(realm))), {})
            old = words.get(str(word))
            new = (seen[0], seen[1], seen[2], seen[3])
            if old is not None:
                first = min(old, new)
                new = (first[0], max(old[1], new[1]), old[2] + new[2], first[3])
            words[str(word)] = new
        self._version = version

    def _same_domains(self) -> list[tuple[str, str]]:
        """(other name, DNS name) of domains whose accounts stand under both with the SID of one domain, in order."""
        realms: dict[str, set[str]] = {}
        for (sid, realm, _), _ in self.sids.rows():
            realms.setdefault(str(sid).rpartition("-")[0], set()).add(str(realm))
        found: set[tuple[str, str]] = set()
        for names in realms.values():
            full = names & self._dns
            if len(full) == 1:
                found |= {(name, next(iter(full))) for name in names if name and "." not in name}
        return sorted(found)

    @property
    def dns_domains(self) -> set[str]:
        """DNS names of the domains that were seen."""
        self.settle()
        return self._dns

    def domain(self, text: str) -> str:
        """DNS name for any spelling of a domain; the only known domain where none is said."""
        if not text:
            return next(iter(self._dns)) if len(self._dns) == 1 else ""
        if text in self._dns:
            return text
        return self._of.get(text, text)

    def key(self, name: str, domain: str | None) -> tuple[str, str]:
        """(name, DNS domain) that is the same for all spellings of one account."""
        self.settle()
        spelled = (name, domain)
        known = self._keys.get(spelled)
        if known is None:
            if len(self._keys) >= ANSWERS:
                self._keys.clear()
            plain, realm = account_parts(name, domain)
            known = self._keys[spelled] = plain, self.domain(realm)
        return known

    def words(self, key: tuple[str, str]) -> dict[str, tuple[int, int, int, str]]:
        """What is known of an account: word to (first, last, count, proof)."""
        self.settle()
        return self._words.get(key, {})

    def is_born_sensitive(self, key: tuple[str, str]) -> bool:
        """True for the built-in administrator and krbtgt of a domain, by its key; the number decides where it is told."""
        self.settle()
        if key[1] not in self._dns and key[1] not in self._short:
            return False
        number = relative_id(self.sid(key))
        return key[0] in BUILT_IN if number is None else number in BORN_SENSITIVE

    def rows(self) -> dict[tuple[str, str], dict[str, tuple[int, int, int, str]]]:
        """All accounts: (name, domain) to words."""
        self.settle()
        return self._words

    def netbios(self, domain: str) -> str:
        """NetBIOS name of a DNS domain, empty when nobody said it."""
        self.settle()
        return next((netbios.upper() for netbios, dns in sorted(self._of.items()) if dns == domain), "")
