"""Knowledge about the parties of one alert: what a bundle needs, and no list of everybody else in the domain."""

from collections.abc import Iterable, Sequence

from app.engine.knowledge import Knowledge
from app.engine.knowledge.names import short
from app.engine.knowledge.states import Key, glance, key_of
from app.engine.knowledge.tally import Tally
from app.model.activity import Activity
from app.model.alert import Alert

OF_THE_DOMAIN = frozenset({"domains", "roles", "named", "partners", "servers", "used", "clocks"})
"""Tallies that tell of domains and servers; they are kept whole, for every answer may depend on them."""
TICKETS = ("ticket", "presented_ticket_hash", "ticket_hash")


def about(knowledge: Knowledge, alert: Alert, activities: Sequence[Activity]) -> bytes:
    """What is known of whoever takes part in the alert or these activities, and of the domain's servers."""
    words = _words(alert, activities)
    for ref in knowledge.controllers():
        words |= _spellings(ref.key.partition(":")[2])
    words |= _linked(knowledge, words)
    kept = Knowledge()
    theirs = knowledge.tallies()
    for name, tally in kept.tallies().items():
        whole = name in OF_THE_DOMAIN
        tally.seen = {key: seen for key, seen in theirs[name].rows() if whole or _speaks(key, words)}
        tally.changes += 1
    kept.sight.merge(knowledge.sight)
    wanted = _objects(knowledge, words)
    states = knowledge.directory.states
    kept.directory.states.seen = {key: state for key, state in states.rows() if key[:2] in wanted}
    kept.directory.states.changes += 1
    return kept.to_bytes()


def _words(alert: Alert, activities: Iterable[Activity]) -> set[str]:
    """Addresses, names and tickets that the alert and the activities mention."""
    found = alert.finding
    words: set[str] = set()
    for ref in (*found.sources, *found.accounts, *found.targets, *found.domain_controllers):
        words |= _spellings(ref.key.partition(":")[2]) | _spellings(ref.label)
    for one in activities:
        for end in (one.source, one.destination):
            if end is not None:
                words |= _spellings(end.host or end.ip)
        if one.account is not None:
            for text in (one.account.name, one.account.sid):
                words |= _spellings(text or "")
        for holder, names in ((one, TICKETS[:1]), (one.detail, (*TICKETS[1:], "client", "user", "name"))):
            for name in names:
                said = getattr(holder, name, None)
                words |= _spellings(said) if isinstance(said, str) else set()
    return words - {""}


def _spellings(text: str) -> set[str]:
    """The ways in which knowledge may write a name: without its domain, without the mark of a machine account, cut short."""
    plain = text.lower()
    bare = plain.rpartition("\\")[2].partition("@")[0].rstrip("$")
    return {plain, bare, short(bare)} if bare and not bare[:1].isdigit() else {plain, bare}


def _speaks(key: Iterable[object], words: set[str]) -> bool:
    """True when one of the texts of a row is one of the words."""
    return any(isinstance(text, str) and not words.isdisjoint(_spellings(text)) for text in key)


def _linked(knowledge: Knowledge, words: set[str]) -> set[str]:
    """Names of the addresses, addresses of the names, SIDs of the accounts and holders of the tickets among the words."""
    found: set[str] = set()
    tallies = knowledge.tallies()
    for tally, places in ((tallies["addresses"], (0, 1)), (tallies["sids"], (0, 2)), (tallies["tickets"], (0, 1))):
        found |= _beside(tally, places, words)
    return found - {""}


def _beside(tally: Tally, places: tuple[int, int], words: set[str]) -> set[str]:
    found: set[str] = set()
    for key, _ in tally.rows():
        told = [str(key[place]) for place in places]
        if _speaks(told, words):
            for text in told:
                found |= _spellings(text)
    return found


def _objects(knowledge: Knowledge, words: set[str]) -> set[tuple[str, str]]:
    """Identities of the directory's objects of these names, of the groups above them, of domains and controllers."""
    directory = knowledge.directory
    found: set[tuple[str, str]] = set()
    mine: list[Key] = []
    for key, states in directory.states.rows():
        one = glance(states[-1][2])
        domain = one.object_class.lower() in ("domaindns", "trusteddomain")
        names = {text.lower() for text in (one.sam, one.dns_name, one.sid, one.dn) if text}
        if domain or any(not words.isdisjoint(_spellings(name)) for name in names):
            found.add(key[:2])
            mine.append(key)
    for key in mine:
        found.update(group[:2] for group in directory.groups(key))
    for one, _, _ in directory.controllers():
        key_here = key_of(one)
        if key_here is not None:
            found.add(key_here[:2])
    return found
