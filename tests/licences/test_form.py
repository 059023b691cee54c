"""The file of notices gives back what was written, whatever the texts of others hold."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.licences.form import NOTICE, TEXT, Notice, read, tidied, write

ODD = "ab é:=-\t\r\n\f\x1c\u2028"
"""Characters that end a line somewhere, or stand in a line of the form."""
LINES = st.one_of(st.sampled_from([NOTICE, TEXT, f" {NOTICE}", f"  {TEXT}", "Name: other", ""]), st.text(ODD, max_size=30))
TEXTS = st.lists(LINES, max_size=6).map("\n".join)
NOTICES = st.builds(
    Notice,
    name=st.text(ODD, max_size=20),
    version=st.text(ODD, max_size=10),
    licence=st.text(ODD, max_size=20),
    part_of=st.text(ODD, max_size=20),
    remark=st.text(ODD, max_size=40),
    texts=st.lists(st.tuples(st.text(ODD, max_size=20), TEXTS), max_size=3).map(tuple),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the first draw reads tables of Unicode
@given(st.lists(NOTICES, max_size=4))
def test_what_was_written_is_read(rows: list[Notice]) -> None:
    kept = [tidied(one) for one in rows]

    assert list(read(write(kept))) == [one for one in kept if one.name]


def test_another_text_holds_no_notices() -> None:
    assert read("") == () and read("Some other file\n\nName: x\n") == ()
