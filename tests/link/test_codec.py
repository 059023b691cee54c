"""The codec: every kind of activity comes back as it was, and defaults cost nothing."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import fields

from app.link.codec import cleaned, decode_batch, decode_body, encode_batch, encode_body
from app.model.activity import Account, Activity, Endpoint
from app.model.details import KINDS, Detail, KerberosTgs, NameObservation, RpcCall
from app.model.pac import Decrypted, Pac, TicketFacts

TEXTS = st.text(max_size=8)
VALUES: dict[object, st.SearchStrategy[object]] = {
    int: st.integers(-(2**63), 2**63 - 1),
    str: TEXTS,
    bool: st.booleans(),
    tuple[int, ...]: st.lists(st.integers(0, 2**32), max_size=3).map(tuple),
    tuple[str, ...]: st.lists(TEXTS, max_size=3).map(tuple),
    dict[str, str | int | bool | list[str]]: st.dictionaries(
        TEXTS, TEXTS | st.booleans() | st.lists(TEXTS, max_size=2), max_size=3
    ),
    dict[str, str]: st.dictionaries(TEXTS, TEXTS, max_size=3),
    tuple[tuple[str, str, tuple[str, ...]], ...]: st.just((("add", "member", ("a", "b")),)),
    tuple[tuple[str, str, str], ...]: st.just((("ntsecuritydescriptor", "D:(A;;GA;;;AU)", "D:"),)),
}
VALUES[Decrypted] = st.sampled_from(["yes", "no key", "wrong key"])
for one in (Pac, TicketFacts):
    whole = {field.name: VALUES.get(field.type, st.just(field.default)) for field in fields(one)}
    VALUES[one | None] = st.fixed_dictionaries({}, optional=whole).map(lambda given, made=one: made(**given))
VALUES[Decrypted | None] = st.none() | VALUES[Decrypted]
for one in (int, str, bool):
    VALUES[one | None] = st.none() | VALUES[one]


def some(kind: type) -> st.SearchStrategy[Detail]:
    """Details of a kind with two thirds of its fields as by default."""
    chosen = {field.name: field for field in fields(kind)}
    values = {
        name: st.just(None) | st.just(None) | VALUES[field.type].map(lambda value: (value,)) for name, field in chosen.items()
    }
    return st.fixed_dictionaries(values).map(lambda found: kind(**{name: one[0] for name, one in found.items() if one}))


DETAILS = st.one_of(*(some(kind) for kind in KINDS if kind is not NameObservation))
ACTIVITIES = st.builds(
    Activity,
    at=st.integers(0, 2**53),
    until=st.integers(0, 2**53),
    input=st.text(max_size=12),
    frames=st.lists(st.integers(1, 2**40), max_size=6).map(tuple),
    record=st.none() | st.integers(0, 2**63 - 1),
    ordinal=st.integers(0, 2**31),
    source=st.none() | st.builds(Endpoint, st.text(max_size=20), st.integers(0, 65_535)),
    account=st.none() | st.builds(Account, name=st.text(max_size=20)),
    ticket=st.none() | st.text(max_size=16),
    code=st.none() | st.integers(-(2**31), 2**32),
    detail=st.sampled_from([kind() for kind in KINDS if kind is not NameObservation]) | DETAILS,
)


def in_range(value: object) -> bool:
    try:
        msgspec.msgpack.encode(value)
    except (OverflowError, UnicodeEncodeError):
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTIVITIES.filter(in_range), max_size=4))
def test_a_batch_comes_back(batch: list[Activity]) -> None:
    assert decode_batch(encode_batch(batch)) == batch


@settings(max_examples=150, deadline=None)
@given(ACTIVITIES.filter(in_range))
def test_a_body_comes_back(activity: Activity) -> None:
    body = decode_body(encode_body(activity))

    assert (body.frames, body.record, body.ticket) == (activity.frames, activity.record, activity.ticket)
    assert body.detail == activity.detail
    assert type(body.detail) is type(activity.detail)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not NameObservation], ids=lambda kind: KINDS[kind])
def test_defaults_cost_nothing(kind: type[Detail]) -> None:
    assert len(encode_body(Activity(at=0, until=0, input="", detail=kind()))) < 40


def test_what_no_encoding_holds_is_replaced() -> None:
    hostile = Activity(
        at=2**70, until=-(2**70), input="a", account=Account(name="\ud800x"), detail=RpcCall(stub={"\udfff": ["\ud800"]})
    )
    (clean,) = cleaned([hostile])

    assert (clean.at, clean.until) == (2**63 - 1, -(2**63))
    assert clean.account == Account(name="?x")
    assert clean.detail == RpcCall(stub={"?": ["?"]})


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data: bytes) -> None:
    for decode in (decode_body, decode_batch):
        try:
            decode(data)
        except msgspec.MsgspecError:
            continue


def test_cut_bytes_are_refused() -> None:
    data = encode_body(Activity(at=0, until=0, input="", frames=(1, 2), detail=KerberosTgs(client="alice")))
    for end in range(len(data)):
        with pytest.raises(msgspec.MsgspecError):
            decode_body(data[:end])
