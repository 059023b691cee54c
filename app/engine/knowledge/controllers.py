"""Which addresses act as domain controllers or name servers, told from what they answer."""

from app.engine.knowledge.tally import Tally
from app.model.activity import Activity

ROLES = 20_000
WROTE = "controller log"
"""Role of an address under which a collector keeps the log of a controller."""

CONTROLLER_ROLES: dict[str, str] = {
    "kdc": "it issued Kerberos tickets as key distribution centre",
    "kdc error": "it answered Kerberos requests with errors",
    "ldap-ping": "it answered Netlogon pings",
    "netlogon": "it served secure channels of computers (NETLOGON)",
    "drsuapi": "it answered directory replication calls (DRSUAPI)",
    WROTE: "its log, which names it by its address, holds what controllers alone write",
    "registered": "a controller accepted it as a new domain controller (DRSAddEntry)",
}
"""Roles of an address that make it a controller. Asking is not among them: whoever only asks is none."""
FEDERATES = "federation server"
"""Role of an address that hands out the configuration of a farm of AD FS."""
PROOF = frozenset({"kdc", "ldap-ping", "netlogon"})
"""Roles that a computer which only claims to be a controller does not play: whoever registers itself (as DCShadow does) can
serve replication, and whoever catches names can answer Kerberos with errors."""
PARTNER = "a controller notifies it of changes, which it then fetches: the two replicate with each other"


class Controllers:
    """Folds of roles (address, role), of names that are said to be controllers (name, method), of servers (name, what)."""

    def __init__(self) -> None:
        self.roles = Tally(ROLES)
        self.named = Tally(ROLES)
        self.partners = Tally(ROLES)
        self.servers = Tally(ROLES)
        self._version = (-1, -1, -1)
        self._by_address: dict[str, dict[str, tuple[int, int, int, str]]] = {}
        self._named: set[str] = set()
        self._partners: dict[str, str] = {}

    def acts(self, address: str, role: str, activity: Activity) -> None:
        """An address did what this role does."""
        self.roles.add((address, role), activity)

    def called(self, name: str, method: str, activity: Activity) -> None:
        """The directory itself (SRV record, service name of a controller) calls this host one, or it wrote a controller's log."""
        if name:
            self.named.add((name, method), activity)

    def serves(self, name: str, what: str, activity: Activity) -> None:
        """A computer's own log shows what it serves."""
        if name:
            self.servers.add((name, what), activity)

    def pairs(self, address: str, word: str, other: str, activity: Activity) -> None:
        """One side of what two replicating controllers do: "notified by" the other, "fetches from" the other."""
        self.partners.add((address, word, other), activity)

    def settle(self) -> None:
        """Bring the indices up to date."""
        version = (self.roles.changes, self.named.changes, self.partners.changes)
        if version == self._version:
            return
        self._by_address = {}
        for (address, role), seen in self.roles.rows():
            self._by_address.setdefault(str(address), {})[str(role)] = (seen[0], seen[1], seen[2], seen[3])
        acting = {address for address, roles in self._by_address.items() if not CONTROLLER_ROLES.keys().isdisjoint(roles)}
        self._partners = {}
        for (address, word, other), seen in self.partners.rows():
            if word == "fetches from" and other in acting and (address, "notified by", other) in self.partners.seen:
                self._partners[str(address)] = seen[3]
        self._named = {str(key[0]) for key, _ in self.named.rows()}
        self._version = version

    def roles_of(self, address: str) -> dict[str, tuple[int, int, int, str]]:
        """Role to (first, last, count, proof) of an address."""
        self.settle()
        return self._by_address.get(address, {})

    def acting(self, address: str) -> bool:
        """True when the address itself answered as a controller."""
        return not CONTROLLER_ROLES.keys().isdisjoint(self.roles_of(address)) or address in self._partners

    def proven(self, address: str) -> bool:
        """True when the address does what only a controller does; replication alone counts if it did not just register."""
        roles = self.roles_of(address)
        if not PROOF.isdisjoint(roles):
            return True
        return "registered" not in roles and ("drsuapi" in roles or address in self._partners)

    def partner(self, address: str) -> str:
        """Proof that an address replicates with a controller in both directions, empty when it is not seen to."""
        self.settle()
        return self._partners.get(address, "")

    def addresses(self) -> list[str]:
        """Addresses that answered as controllers."""
        self.settle()
        return sorted(address for address in {*self._by_address, *self._partners} if self.acting(address))

    def names(self) -> set[str]:
        """Host names that the directory calls controllers."""
        self.settle()
        return self._named
