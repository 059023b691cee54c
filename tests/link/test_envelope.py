"""Messages between machines, and the line that carries a key."""

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from app.link import envelope
from app.link.envelope import Batch, Closed, FormError, LinkError, Opened, Told, seal, unseal
from app.link.place import HubPlace, from_line, to_line
from app.model.rows import Problem

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
NUMBER = st.integers(-(2**63), 2**63 - 1)
PROBLEMS = st.tuples(st.builds(Problem, what=TEXT, count=NUMBER, where=TEXT))
MESSAGES = st.one_of(
    st.builds(Opened, TEXT, TEXT, TEXT, NUMBER),
    st.builds(Batch, TEXT, NUMBER, st.binary(max_size=200)),
    st.builds(Told, TEXT, NUMBER, NUMBER | st.none(), NUMBER | st.none(), PROBLEMS),
    st.builds(Closed, TEXT, TEXT, NUMBER, NUMBER | st.none(), NUMBER | st.none(), PROBLEMS),
)


@given(MESSAGES)
def test_a_message_comes_back(message: envelope.Message) -> None:
    assert unseal(seal(message)) == message


@given(st.binary(max_size=300), st.booleans())
def test_other_bytes_are_refused(data: bytes, headed: bool) -> None:
    with pytest.raises(LinkError):
        unseal((envelope.HEAD.pack(b"WL", 1) if headed else b"") + data)


@pytest.mark.parametrize(("form", "word"), [(envelope.FORM + 1, "newer"), (0, "older")])
def test_another_version_says_which(form: int, word: str) -> None:
    with pytest.raises(FormError, match=word) as told:
        unseal(envelope.HEAD.pack(b"WL", form) + b"anything")
    assert told.value.form == form


def test_what_unpacks_to_very_much_is_refused() -> None:
    bomb = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(["batch", "", 1, bytes(envelope.LARGEST + 1)]))
    unsaid = zstandard.ZstdCompressor(write_content_size=False).compress(bytes(64 << 20))
    for packed in (bomb, unsaid):
        with pytest.raises(LinkError):
            unseal(envelope.HEAD.pack(b"WL", 1) + packed)


PLACE = HubPlace(urls=("tls://hub:4222",), workspace="corp", role="sensor", id="s1", name="DC1", seed="SU", authority="PEM")


def test_a_place_fits_one_line_that_survives_a_mail_program() -> None:
    line = to_line(PLACE)
    assert "\n" not in line and from_line(f"  {line[:30]}\n {line[30:]}\n") == PLACE


@given(st.text(max_size=100), st.booleans())
def test_another_line_is_refused(text: str, headed: bool) -> None:
    with pytest.raises(LinkError):
        from_line(("wardlight1:" if headed else "") + text)
