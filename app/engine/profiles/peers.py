"""Who is most like an account: members of its group or department, or those who use the same computers and servers."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from app.engine.knowledge import Knowledge
from app.engine.knowledge.states import Key
from app.engine.profiles.features import COMPUTERS, CONTROLLERS, RESOURCES
from app.engine.profiles.profile import DAY, Profile

FEWEST, MOST = 5, 500
"""Peers of one account: below, a share of them says nothing; above, they have little in common."""
GROUPS, LARGEST = 100, 2_000
"""Groups of one account that are looked at, and members of a group that may be told apart from all the domain."""
EPOCH_DAYS = 7
"""Communities are sought anew so often, in event time."""
BUSIEST = 4_000
"""Accounts in the graph; those active on most days."""
EDGES = 40_000
COMMON = 0.5
"""What more than this share of accounts uses says nothing of who is like whom."""


class Peers(Struct, frozen=True):
    """A group of accounts by their keys, the one asked for left out, and in words what makes them one."""

    why: str = ""
    members: tuple[str, ...] = ()


class PeerGroups:
    """Peers of accounts: from the directory where it tells, else from what they use."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._told: dict[str, Peers] = {}
        self._departments: dict[str, list[str]] | None = None
        self._epoch = -1
        self._communities: dict[str, tuple[str, ...]] = {}

    def of(self, account: str, at: int, profiles: Mapping[str, Profile]) -> Peers:
        """Peers of an account at a time, of those who have a profile."""
        epoch = at // (EPOCH_DAYS * DAY)
        if epoch != self._epoch:
            self._epoch, self._communities, self._told = epoch, {}, {}
        found = self._told.get(account)
        if found is None:
            found = self._of_directory(account, at, profiles) or self._of_graph(account, profiles)
            self._told[account] = found
        return found

    # ---- the directory

    def _of_directory(self, account: str, at: int, profiles: Mapping[str, Profile]) -> Peers | None:
        own = self._knowledge.object_of(account)
        if own is None:
            return None
        directory = self._knowledge.directory
        held = [(directory.members(group, at, nested=False), group) for group in directory.groups(own, at, nested=False)[:GROUPS]]
        for keys, group in sorted(
            (one for one in held if FEWEST < len(one[0]) <= LARGEST), key=lambda one: (len(one[0]), one[1])
        ):
            members = self._active(keys, account, profiles)
            if FEWEST <= len(members) <= MOST:
                return Peers(f"group {directory.names([group])[0]}", members)
        return self._of_department(own, account, profiles)

    def _of_department(self, own: Key, account: str, profiles: Mapping[str, Profile]) -> Peers | None:
        if self._departments is None:
            self._departments = {}
            for _, one, _, _ in self._knowledge.directory.principals():
                name = one.facts.get("department", "").strip().lower()
                if name:
                    self._departments.setdefault(name, []).append(self._knowledge.entity_named(one).key)
        held = self._knowledge.directory.state(own)
        name = held.object.facts.get("department", "").strip() if held is not None else ""
        members = tuple(sorted(one for one in self._departments.get(name.lower(), ()) if one != account and one in profiles))
        return Peers(f"department {name}", members) if FEWEST <= len(members) <= MOST else None

    def _active(self, keys: Iterable[Key], account: str, profiles: Mapping[str, Profile]) -> tuple[str, ...]:
        found = {self._knowledge.entity_of_object(key).key for key in keys}
        return tuple(sorted(one for one in found if one != account and one in profiles))

    # ---- the access graph

    def _of_graph(self, account: str, profiles: Mapping[str, Profile]) -> Peers:
        if not self._communities:
            self._communities = communities(profiles)
        members = tuple(one for one in self._communities.get(account, ()) if one != account and one in profiles)
        return Peers("accounts that use the same computers and servers", members) if len(members) >= FEWEST else Peers()


def communities(profiles: Mapping[str, Profile]) -> dict[str, tuple[str, ...]]:
    """Account to all accounts of its community in the graph of who uses what; the same for the same profiles."""
    import networkx  # takes longer to load than most runs need it

    accounts = sorted(
        (key for key in profiles if key.startswith("user:")), key=lambda one: (-profiles[one].days, one)
    )[:BUSIEST]  # fmt: skip
    users: dict[str, list[tuple[str, int]]] = {}
    for account in accounts:
        for feature in (COMPUTERS, RESOURCES):
            for value, seen in profiles[account].values(feature).items():
                if value != CONTROLLERS:
                    users.setdefault(value, []).append((account, seen.days))
    numbers = {account: number for number, account in enumerate(accounts)}
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(accounts)))
    edges = 0
    for number, value in enumerate(sorted(users), len(accounts)):
        who = users[value]
        if not 2 <= len(who) <= max(FEWEST, COMMON * len(accounts)) or edges + len(who) > EDGES:
            continue
        edges += len(who)
        graph.add_weighted_edges_from((numbers[account], number, float(min(days, 10))) for account, days in who)
    found: dict[str, tuple[str, ...]] = {}
    # Nodes are numbers: their order, and so the result, does not hang on how texts are hashed.
    for group in networkx.community.louvain_communities(graph, seed=0) if edges else ():
        members = tuple(sorted(accounts[one] for one in group if one < len(accounts)))
        if len(members) <= MOST:
            found |= dict.fromkeys(members, members)
    return found
