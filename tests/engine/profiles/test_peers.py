"""Who is most like an account."""

from app.engine.knowledge import Knowledge
from app.engine.profiles import Profiles
from app.engine.profiles.peers import communities
from app.model.activity import Activity
from tests.engine.detectors.builders import START, as_req, tgs_req
from tests.engine.detectors.builders_behaviour import DAY, workday
from tests.engine.detectors.logs import known


def two_teams(size: int = 7) -> list[Activity]:
    """Two teams with servers of their own."""
    return [
        one for team in range(2) for number in range(size)
        for one in workday(0, f"user{team}{number}", f"192.0.2.{20 * team + number + 1}", (f"team{team}a", f"team{team}b"))
    ]  # fmt: skip


def learned(*activities: Activity) -> Profiles:
    knowledge = Knowledge()
    for one in activities:
        knowledge.observe(one)
    profiles = Profiles(knowledge)
    for one in activities:
        profiles.observe(one)
    return profiles


def names(members: tuple[str, ...]) -> list[str]:
    return [one.rpartition("\\")[2] for one in members]


def test_without_a_directory_peers_use_the_same_servers() -> None:
    profiles = learned(*two_teams())
    key = next(one for one in profiles._of if one.endswith("user00"))
    peers = profiles.peers(key, START)

    assert names(peers.members) == [f"user0{number}" for number in range(1, 7)]
    assert "same computers and servers" in peers.why
    assert profiles.share(key, "resources", "computer:team0a.example.org", START) == (6, 6)
    assert communities(profiles._of) == communities(dict(reversed(list(profiles._of.items()))))


def test_the_smallest_group_of_the_directory_comes_first() -> None:
    people = [f"user0{number}" for number in range(7)]
    directory = [
        *(known(one, facts={"department": "Sales"}) for one in people),
        known("Everyone here", "group", members=tuple(f"CN={one},DC=example,DC=org" for one in people)),
        known("Buyers", "group", members=tuple(f"CN={one},DC=example,DC=org" for one in people[:6])),
        known("Lonely", "group", members=("CN=user00,DC=example,DC=org",)),
    ]
    profiles = learned(*directory, *two_teams())
    key = next(one for one in profiles._of if one.endswith("user00"))

    assert profiles.peers(key, START).why == "group Buyers"
    assert names(profiles.peers(key, START).members) == people[1:6]


def test_a_department_stands_in_for_groups() -> None:
    directory = [known(f"user0{number}", facts={"department": "Sales"}) for number in range(7)]
    profiles = learned(*directory, *two_teams())
    key = next(one for one in profiles._of if one.endswith("user00"))

    assert profiles.peers(key, START).why == "department Sales"


def test_a_stranger_has_no_peers() -> None:
    profiles = learned(*two_teams(), as_req("solo", "192.0.2.200"), tgs_req("cifs/own.example.org", "192.0.2.200", client="solo"))
    key = next(one for one in profiles._of if one.endswith("solo"))

    assert profiles.peers(key, START).members == ()
    assert profiles.peers("user:nobody", START + 30 * DAY).members == ()
