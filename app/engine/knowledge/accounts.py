"""Accounts and domains: one key for an account in whatever spelling it came."""

from app.engine.knowledge.names import LONGEST, account_parts
from app.engine.knowledge.tally import Tally
from app.model.activity import Activity

ACCOUNTS = 100_000
DOMAINS = 4_000
SENSITIVE_GROUPS = frozenset(
    {
        "administrators", "power users", "account operators", "server operators", "print operators", "backup operators",
        "replicator", "replicators", "network configuration operators", "incoming forest trust builders", "domain admins",
        "domain controllers", "group policy creator owners", "read-only domain controllers",
        "enterprise read-only domain controllers", "schema admins", "enterprise admins", "enterprise key admins", "key admins",
        "dnsadmins", "domänen-admins", "admins du domaine", "admins. del dominio", "organisations-admins",
    }
)  # fmt: skip
"""Groups whose members can reach the whole domain (well-known groups of MS-DTYP section 2.4.2.4), lower case."""
BUILT_IN = frozenset({"administrator", "krbtgt"})
"""Accounts that are sensitive by birth (RID 500 and 502)."""


class Accounts:
    """Folds of accounts (domain, name, word) and of domains (NetBIOS name, DNS name).

    Words: "signed in", "exists", "unknown", "sensitive", "named".
    """

    def __init__(self) -> None:
        self.tally = Tally(ACCOUNTS)
        self.domains = Tally(DOMAINS)
        self._version = (-1, -1)
        self._dns: set[str] = set()
        self._of: dict[str, str] = {}
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

    def settle(self) -> None:
        """Bring the indices up to date with the tallies."""
        version = (self.tally.changes, self.domains.changes)
        if version == self._version:
            return
        self._dns = set()
        votes: dict[str, list[tuple[int, str]]] = {}
        for (netbios, dns), seen in self.domains.rows():
            self._dns.add(str(dns))
            if netbios:
                votes.setdefault(str(netbios), []).append((-seen[2], str(dns)))
        self._of = {netbios: min(found)[1] for netbios, found in votes.items()}
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
        plain, realm = account_parts(name, domain)
        return plain, self.domain(realm)

    def words(self, key: tuple[str, str]) -> dict[str, tuple[int, int, int, str]]:
        """What is known of an account: word to (first, last, count, proof)."""
        self.settle()
        return self._words.get(key, {})

    def rows(self) -> dict[tuple[str, str], dict[str, tuple[int, int, int, str]]]:
        """All accounts: (name, domain) to words."""
        self.settle()
        return self._words

    def netbios(self, domain: str) -> str:
        """NetBIOS name of a DNS domain, empty when nobody said it."""
        self.settle()
        return next((netbios.upper() for netbios, dns in sorted(self._of.items()) if dns == domain), "")
