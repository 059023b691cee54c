"""The filter language: what a text means, where it goes wrong, what it may become."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.filter import (
    DAY,
    HOUR,
    KEYS,
    MINUTE,
    TABLE,
    ActivityFilter,
    All,
    During,
    Either,
    FilterError,
    Node,
    Not,
    Numbers,
    Text,
    added,
    completing,
    completions,
    parse,
    quoted,
    term,
    tokens,
    without_key,
)

MIDNIGHT = 1_767_571_200_000_000  # 2026-01-05 UTC


def alice(key: str = "who") -> Text:
    return Text(key, ("alice",))


MEANINGS: dict[str, Node | None] = {
    "": None,
    "   ": None,
    "alice": Text("", ("alice",)),
    "ALICE": Text("", ("alice",)),
    "who:alice": alice(),
    "WHO:Alice": alice(),
    "who:alice from:ws1": All((alice(), Text("from", ("ws1",)))),
    "who:alice and from:ws1": All((alice(), Text("from", ("ws1",)))),
    "who:alice or from:ws1 to:dc1": Either((alice(), All((Text("from", ("ws1",)), Text("to", ("dc1",)))))),
    "(who:alice or from:ws1) to:dc1": All((Either((alice(), Text("from", ("ws1",)))), Text("to", ("dc1",)))),
    "not who:alice": Not(alice()),
    "-who:alice": Not(alice()),
    "not not who:alice": Not(Not(alice())),
    "not (who:alice or bob)": Not(Either((alice(), Text("", ("bob",))))),
    'who:"alice b, c"': Text("who", ("alice b, c",)),
    r'who:"a\"b\\c"': Text("who", (r"a\"b\c".replace(r"\"", '"'),)),
    r"who:corp\alice": Text("who", (r"corp\alice",)),
    '"two words"': Text("", ("two words",)),
    '"not"': Text("", ("not",)),
    "kind:ldap,ntlm": Text("kind", ("ldap", "ntlm")),
    "result:failure": Text("result", ("failure",)),
    r"user:corp.test\alice": Text("entity", (r"user:corp.test\alice",)),
    "entity:computer:ws1": Text("entity", ("computer:ws1",)),
    "code:24": Numbers("code", ((24, 24),)),
    "code:0x18": Numbers("code", ((24, 24),)),
    "code:-1": Numbers("code", ((-1, -1),)),
    "port:88,389": Numbers("port", ((88, 88), (389, 389))),
    "frame:800-900": Numbers("frame", ((800, 900),)),
    "frame:800..": Numbers("frame", ((800, 2**63 - 1),)),
    "from:10.0.0.0/24": Text("from", ("10.0.0.0/24",)),
    "fe80::1": Text("", ("fe80::1",)),
    "from:fe80::1": Text("from", ("fe80::1",)),
    "time:2026-01-05": During(MIDNIGHT, MIDNIGHT + DAY),
    "time:2026-01-05T13:50": During(MIDNIGHT + 13 * HOUR + 50 * MINUTE, MIDNIGHT + 13 * HOUR + 51 * MINUTE),
    "time:2026-01-05T13:50..": During(MIDNIGHT + 13 * HOUR + 50 * MINUTE, None),
    "time:..2026-01-05": During(None, MIDNIGHT + DAY),
    "time:2026-01-05..2026-01-06": During(MIDNIGHT, MIDNIGHT + 2 * DAY),
    "time:2026-01-05T13:50:00.25..2026-01-05T14": During(MIDNIGHT + 13 * HOUR + 50 * MINUTE + 250_000, MIDNIGHT + 15 * HOUR),
    "time:2026-01-05T10:19:41.742281Z": During(MIDNIGHT + 37_181_742_281, MIDNIGHT + 37_181_742_282),
    "time:13:50-14:25": During(13 * HOUR + 50 * MINUTE, 14 * HOUR + 26 * MINUTE, True),
    "account:alice": alice(),
    "src:ws1": Text("from", ("ws1",)),
    "proto:kerberos": Text("protocol", ("kerberos",)),
    "address:10.0.0.0/24": Text("ip", ("10.0.0.0/24",)),
    "user:alice": Text("entity", ("user:alice",)),
    "severity:high,med": Text("severity", ("high", "med")),
    "code:>5": Numbers("code", ((6, 2**63 - 1),)),
    "port:<=1024": Numbers("port", ((-(2**63), 1024),)),
    "frame:<800": Numbers("frame", ((-(2**63), 799),)),
    "took:>500ms": Numbers("took", ((500_001, 2**63 - 1),)),
    "took:1s..2s": Numbers("took", ((1_000_000, 2_000_000),)),
    "took:<=1.5s": Numbers("took", ((0, 1_500_000),)),
    "time:>-2h": During(-2 * HOUR, None, relative=True),
    "time:-2h": During(-2 * HOUR, None, relative=True),
    "time:-2h..-30m": During(-2 * HOUR, -30 * MINUTE, relative=True),
    "time:<-1d": During(None, -DAY, relative=True),
    "time:<2026-01-05T14:00": During(None, MIDNIGHT + 14 * HOUR),
    "time:<=2026-01-05T14:00": During(None, MIDNIGHT + 14 * HOUR + MINUTE),
    "time:>2026-01-05": During(MIDNIGHT + DAY, None),
    "time:>=2026-01-05": During(MIDNIGHT, None),
    "time:>14:00": During(14 * HOUR + MINUTE, DAY, True),
    "time:14:00±5m": During(13 * HOUR + 55 * MINUTE, 14 * HOUR + 6 * MINUTE, True),
    "time:23:59+-5m": During(23 * HOUR + 54 * MINUTE, 5 * MINUTE, True),
    "time:2026-01-05T14:00:00±30s": During(MIDNIGHT + 14 * HOUR - 30_000_000, MIDNIGHT + 14 * HOUR + 31_000_000),
    "time:13:50": During(13 * HOUR + 50 * MINUTE, 13 * HOUR + 51 * MINUTE, True),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_what_a_text_means(text: str) -> None:
    assert parse(text) == ActivityFilter(text, MEANINGS[text])


WRONG = {
    "who:": 4,
    "alice who:": 10,
    "color:red": 0,
    "(alice": 0,
    "alice)": 5,
    "()": 0,
    "not": 0,
    "alice or": 6,
    "or alice": 0,
    "not )": 0,
    "code:red": 5,
    "code:": 5,
    "frame:1-2-3": 6,
    "result:maybe": 7,
    "time:soon": 5,
    "time:25:00": 5,
    "time:2026-13-01": 5,
    "time:13:50..2026-01-05": 5,
    "time:..": 5,
    "time:>": 5,
    "time:-2h..2026-01-05": 5,
    "time:14:00±soon": 5,
    "time:14:00±13h": 5,
    "took:5": 5,
    "took:>x": 5,
    "severity:worst": 9,
    "user:": 5,
    "(" * 60 + "a" + ")" * 60: 41,
    "a " * 600: 1000,
    "who:" + "x" * 2_000: 0,
    "who:*a*b*c*d*e*f*g": 0,
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_where_a_text_goes_wrong(text: str) -> None:
    found = parse(text)

    assert isinstance(found, FilterError)
    assert found.position == WRONG[text]
    assert found.message.endswith((".", "?", ".."))


def test_the_zone_shifts_what_is_typed() -> None:
    found = parse("time:2026-01-05T01:00 time:10:00", 2 * HOUR)

    assert isinstance(found, ActivityFilter)
    assert found.root == All(
        (
            During(MIDNIGHT - HOUR, MIDNIGHT - HOUR + MINUTE),
            During(10 * HOUR, 10 * HOUR + MINUTE, True, 2 * HOUR),
        )
    )


def test_roles_for_colouring() -> None:
    text = 'who:alice or not ("x y" bob) color:red'

    assert [(text[start : start + length], role) for start, length, role in tokens(text)] == [
        ("who:", "key"),
        ("alice", "value"),
        ("or", "operator"),
        ("not", "operator"),
        ("(", "parenthesis"),
        ('"x y"', "quote"),
        ("bob", "word"),
        (")", "parenthesis"),
        ("color:", "error"),
        ("red", "value"),
    ]


def test_what_a_piece_may_become() -> None:
    assert completions("", 0) == [f"{key}:" for key in KEYS]
    assert completions("who:alice ki", 12) == ["kind:"]
    assert completing("who:alice ki", 12) == (10, 2)
    assert completions("kind:kerberos-t", 15) == ["kind:kerberos-tgs"]
    assert completions("kind:ldap,ntl", 13) == ["kind:ldap,ntlm"]
    assert completions("result:f who:x", 8) == ["result:failure"]
    assert completions("no", 2) == ["not"]


@given(st.text(min_size=1, max_size=60).filter(lambda value: "\0" not in value and value.count("*") < 6))
def test_a_quoted_value_means_itself(value: str) -> None:
    found = parse(f"who:{quoted(value)}")

    assert isinstance(found, ActivityFilter)
    assert found.root == Text("who", (value.lower(),))


PIECES = st.sampled_from(
    [
        *(f"{key}:" for key in KEYS),
        "not",
        "or",
        "and",
        "(",
        ")",
        "-",
        '"',
        "\\",
        " ",
        ",",
        "..",
        "*",
        "10.0.0.1",
        "13:50",
        "x",
        "0x",
        "2026-01-05",
        "T",
        ":",
    ]
)


@given(
    st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES, max_size=40).map(" ".join)),
    st.integers(-5, 300),
)
def test_nothing_raises(text: str, cursor: int) -> None:
    found = parse(text)
    coloured = tokens(text)

    assert isinstance(found, (ActivityFilter, FilterError))
    if isinstance(found, FilterError):
        assert 0 <= found.position <= len(text)
    assert all(start >= 0 and length > 0 and start + length <= len(text) for start, length, _ in coloured)
    assert all(a[0] + a[1] <= b[0] for a, b in pairwise(coloured))
    assert isinstance(completions(text, cursor), list)
    start, length = completing(text, cursor)
    assert start >= 0 <= length


def test_a_filter_grows_and_loses_terms() -> None:
    assert added("", "who:alice") == "who:alice"
    assert added("kind:dns", "who:alice") == "kind:dns who:alice"
    assert added("kind:dns who:alice", "who:alice") == "kind:dns who:alice"
    assert added("kind:dns", "who:alice", without=True) == "kind:dns not who:alice"
    assert added("kind:dns not who:alice", "who:alice", without=True) == "kind:dns not who:alice"
    assert added("not who:bob who:alice", "who:bob", without=True) == "not who:bob who:alice"
    assert added("a or b", "who:alice") == "(a or b) who:alice"
    assert without_key("time:13:50-14:25 who:alice -time:14:00 (time:13:55 or kind:dns)", "time") == (
        "who:alice (time:13:55 or kind:dns)"
    )
    assert term("text", 'a "b" c') == r'text:"a \"b\" c"'


def test_every_key_has_an_example_that_can_be_read_and_no_name_twice() -> None:
    names = [name for one in TABLE for name in (one.name, *one.aliases)]

    assert len(names) == len(set(names))
    for one in TABLE:
        found = parse(one.example)
        assert isinstance(found, ActivityFilter), found
        assert one.words


@given(st.text(alphabet="tiem:<>=-2h0±+..T14 ,", max_size=40))
def test_no_time_raises(text: str) -> None:
    assert isinstance(parse(f"time:{text}"), ActivityFilter | FilterError)


def test_the_page_about_queries_tells_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "queries.md").read_text(encoding="utf-8")

    for one in TABLE:
        also = ", ".join(f"`{name}`" for name in one.aliases)
        assert f"| `{one.name}` | {also} | {one.words}{' *' if one.scans else ''} | `{one.example}` |" in page
