"""What events tell detectors: sessions, one failure in two logs, ends that are the same computer, ends that nobody names."""

from msgspec.structs import replace

from app.engine import running
from app.engine.context import NOBODY, Context
from app.engine.detector import sentence
from app.engine.detectors import DETECTORS
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.engine.readings.sessions import (
    KEPT,
    from_session,
    is_elsewhere,
    is_own_account,
    is_retold,
    latest_of,
    offered,
    remember,
    session_of,
)
from app.model.activity import Activity, Endpoint, named
from app.model.alert import plain
from app.model.events import EventKerberos, WindowsEvent
from tests.cases.audit_log_cleared import cleared
from tests.engine.detectors.builders import DC1, HOUR, MINUTE, SECOND, WS1, WS2, as_req
from tests.engine.detectors.logs import DC, DC_TWO, FILE_SERVER, checked, logon, proof_failed, refused_logon, tgt, validated


def context(*activities: Activity) -> Context:
    """A context that knows these activities."""
    known = Knowledge()
    for one in activities:
        known.observe(one)
    return Context(known, Memory())


def test_a_session_tells_where_a_deed_came_from() -> None:
    opened, deed = logon(session=0x7777), checked("alice", at=SECOND, session=0x7777)
    ctx = context(opened, deed)
    remember(opened, ctx)
    session = session_of(deed, ctx)

    assert session is not None
    assert (session.type, session.proof) == (3, opened.id)
    told = from_session(deed, session)
    assert told.source == Endpoint(WS1, 50000)
    assert told.id == deed.id
    assert is_elsewhere(told, ctx)


def test_a_session_of_another_computer_or_number_or_long_ago_tells_nothing() -> None:
    opened = logon(session=0x7777, computer=FILE_SERVER)
    ctx = context(opened)
    remember(opened, ctx)
    remember(logon(session=0x8888), ctx)

    assert session_of(checked("alice", session=0x7777), ctx) is None
    assert session_of(checked("alice", session=0x9999), ctx) is None
    assert session_of(checked("alice", session=0x8888, at=KEPT + SECOND), ctx) is None


def test_the_system_s_sessions_are_nobody_s() -> None:
    ctx = context()
    remember(logon("SYSTEM", session=0x3E7), ctx)

    assert session_of(checked("SYSTEM", session=0x3E7), ctx) is None


def test_a_logon_at_the_computer_itself_is_no_latest_one_over_the_network() -> None:
    ctx = context()
    remember(logon(kind=2), ctx)
    sid = logon().account.sid if logon().account else None

    assert latest_of(checked("alice"), ctx, str(sid), HOUR) is None
    remember(logon(), ctx)
    assert latest_of(checked("alice", at=SECOND), ctx, str(sid), HOUR) is not None


def test_a_failure_that_server_and_controllers_write_is_one() -> None:
    ctx, who = context(), "alice"

    assert not is_retold(validated(who), ctx, who)
    assert is_retold(refused_logon(who, at=1000), ctx, who)
    assert is_retold(validated(who, at=2000, computer=DC_TWO), ctx, who)
    assert not is_retold(validated(who, at=3000), ctx, who)
    assert not is_retold(proof_failed(who, at=10 * SECOND), ctx, who)
    assert not is_retold(validated("bob", at=4000), ctx, "bob")


def test_failures_at_different_servers_are_different_ones() -> None:
    ctx = context()

    assert not is_retold(refused_logon("alice"), ctx, "alice")
    assert not is_retold(refused_logon("alice", computer=FILE_SERVER, at=1000), ctx, "alice")


def test_packets_are_never_told_twice_here() -> None:
    ctx = context()

    assert not any(is_retold(as_req(at=one, code=24), ctx, "alice") for one in range(5))
    assert is_retold(proof_failed("alice", at=10), ctx, "alice")


def test_a_flood_of_failures_is_remembered_in_bounds() -> None:
    ctx = context()
    for one in range(500):
        is_retold(validated("alice", at=one), ctx, "alice")
    (kept,) = ctx.memory._notes.values()

    assert len(kept[1]) <= 64  # type: ignore[arg-type]


def test_a_computer_known_by_name_has_the_place_of_its_address() -> None:
    ctx = context(tgt("WS1$"))

    assert ctx.place(named("ws1"), 0) == WS1
    assert ctx.place(Endpoint(WS2), 0) == WS2
    assert ctx.place(named("ws9"), 0) == "name:ws9"
    assert ctx.place(None, 0) == ""


def test_a_computer_with_two_addresses_has_the_one_of_that_time() -> None:
    first, second = tgt("WS1$"), tgt("WS1$", WS2, at=HOUR)
    ctx = context(first, second)

    assert ctx.place(named("ws1"), first.at) == WS1
    assert ctx.place(named("ws1"), second.at) == WS2
    assert ctx.place(named("ws1"), first.at + HOUR // 2) == WS1  # until it is seen elsewhere
    assert ctx.place(named("ws1"), second.at + HOUR) == WS2
    assert ctx.place(named("ws1"), first.at - 1) == "name:ws1"


def test_an_address_that_another_computer_got_is_no_place_of_the_first() -> None:
    first, second, other = tgt("WS1$"), tgt("WS1$", WS2, at=HOUR), tgt("WS9$", WS2, at=2 * HOUR)
    ctx = context(first, second, other)

    assert ctx.place(named("ws1"), other.at - 1) == WS2
    assert ctx.place(named("ws1"), other.at) == "name:ws1"
    assert ctx.place(named("ws9"), other.at) == WS2


def test_two_addresses_at_once_are_no_place_also_when_one_was_seen_longer() -> None:
    second = "2001:db8::51"
    seen = [tgt("WS1$", at=0), tgt("WS1$", at=HOUR), tgt("WS1$", second, at=MINUTE), tgt("WS1$", second, at=3 * HOUR)]
    ctx = context(*seen)

    assert {ctx.place(named("ws1"), one.at + 2 * MINUTE) for one in seen} == {"name:ws1"}


def test_an_end_that_nobody_names_is_nobody() -> None:
    ctx = context()
    lost = replace(checked("alice"), source=None, destination=None)

    assert ctx.source(lost) is NOBODY
    assert ctx.target(lost) is NOBODY
    assert ctx.doer(lost).label == "alice"
    assert plain(sentence(NOBODY, " asked ", NOBODY, ".")) == "A computer not named asked a computer not named."
    assert all(link.entity is None for link in sentence(NOBODY, " asked"))


def test_a_computer_is_told_from_its_own_account() -> None:
    event = WindowsEvent(computer=DC)

    assert is_own_account(event, r"EXAMPLE\DC1$")
    assert not is_own_account(event, "dc1")
    assert not is_own_account(event, "DC2$")
    assert not is_own_account(WindowsEvent(), "$")


def test_encryption_that_was_offered_is_read_by_its_names() -> None:
    event = EventKerberos(fields={"ClientAdvertizedEncryptionTypes": "\n\t\tAES256-CTS-HMAC-SHA1-96\n\t\tRC4-HMAC-NT\n\t\tnew"})

    assert offered(event) == (18, 23)
    assert offered(EventKerberos(fields={"ClientAdvertizedEncryptionTypes": "-"})) == ()
    assert DC1 not in offered(event)


def test_one_case_stays_one_alert_when_the_last_word_about_an_address_is_past() -> None:
    """Logs cleared twice within minutes, once before and once behind the last sign-in from that address; a lease comes later."""
    seen = [
        tgt("WS1$"), cleared(computer="WS1.example.org", at=SECOND), tgt("WS1$", at=MINUTE),
        cleared(computer="WS1.example.org", at=5 * MINUTE), tgt("WS1$", WS2, at=2 * HOUR),
    ]  # fmt: skip
    known = Knowledge()
    for one in seen:
        known.observe(one)

    assert len(running.run([one for one in DETECTORS if one.id == "audit_log_cleared"], seen, known)) == 1
