"""A directory from LDIF."""

import os
from base64 import b64encode
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sensor.sensor import read_input
from app.sensor.sources.inputs import find_inputs
from app.sensor.sources.ldif import read_ldif
from tests.sensor.sources.reading import read

USER = """\
dn: CN=Ann,CN=Users,DC=a,DC=test
objectClass: top
objectClass: user
sAMAccountName: ann
whenChanged: 20260102030405.0Z
pwdLastSet: 134117640000000000
"""
AT = 1_767_323_045_000_000


def test_the_laboratory_s_directory_is_read_whole(shared: Path) -> None:
    data = (shared / "lab" / "directory.ldif").read_bytes()
    found, notes, records = read(read_ldif, data)

    assert records == data.count(b"\ndn: ") + data.count(b"\ndn:: ")
    kinds = Counter(one.detail.object_class for one in found)
    assert kinds["user"] + kinds["computer"] == data.count(b"\nsAMAccountType: 805306368") + data.count(
        b"\nsAMAccountType: 805306369"
    )
    assert sum(notes.values()) == records - len(found)
    names = {one.detail.sam: one.detail for one in found}
    assert names["svc_deleg"].delegates_to == ("cifs/dc1.corp.test", "cifs/dc1")
    assert names["DC1$"].spns
    assert set(notes) == {"entries of classes that tell nothing of identities"}


def test_its_date_is_the_newest_time_in_it_wherever_the_file_lies(tmp_path: Path) -> None:
    times = []
    for number, name in enumerate(("a.ldif", "b.txt")):
        file = tmp_path / name
        file.write_text(USER)
        os.utime(file, (1000 + number, 1000 + number))
        (one,) = find_inputs([file])
        read_input(one, lambda batch: times.extend((activity.at, activity.id) for activity in batch))

    assert times[0] == times[1]
    assert times[0][0] == AT


def test_without_any_time_the_file_s_own_is_taken_and_said(tmp_path: Path) -> None:
    file = tmp_path / "a.ldif"
    file.write_text("dn: CN=x,DC=a\nobjectClass: user\n")
    os.utime(file, (1_700_000_000, 1_700_000_000))
    found, notes, _ = read(read_ldif, file.read_bytes(), file)

    assert found[0].at == 1_700_000_000_000_000
    assert any("own time" in one for one in notes)


def test_folding_base64_comments_and_windows_line_ends_are_understood() -> None:
    name = b64encode("CN=Jörg,DC=a,DC=test".encode()).decode()
    text = (
        f"version: 1\n# a comment\n#  that is\n  folded\ndn:: {name[:10]}\n {name[10:]}\nobjectClass: us\n er\n"
        "sAMAccountName:: am9lcmc=\nwhenChanged: 20260102030405.0Z\n\n"
    )
    for whole in (text.encode(), text.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16")):
        found, notes, records = read(read_ldif, whole)

        assert records == 1
        assert (found[0].detail.dn, found[0].detail.sam) == ("CN=Jörg,DC=a,DC=test", "joerg")
        assert not notes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dn: CN=x\nchangetype: modify\nreplace: a\na: b\n-\n", "records of changes are not read"),
        (USER + "jpegPhoto:< file:///etc/passwd\n", "values that are elsewhere (a URL) are not fetched"),
        (USER + "mail:: !!!\n", "values in base64 that are damaged"),
        (USER + "no attribute at all\n", "lines that are no attribute"),
        ("search: 2\nresult: 4 Size limit exceeded\n", "the search that made it did not end well; entries are missing"),
        (USER + "member;range=0-1499: CN=x\n", "lists of members that the server had cut (range)"),
        ("cn: x\n", "groups of lines without a distinguished name"),
    ],
)
def test_what_is_not_read_is_counted(text: str, said: str) -> None:
    _, notes, _ = read(read_ldif, (USER + "\n" + text).encode())

    assert notes.pop(said) == 1
    assert not notes


def test_an_export_of_ldifde_says_add_and_is_content() -> None:
    found, notes, _ = read(read_ldif, USER.replace("objectClass: top", "changetype: add\nobjectClass: top").encode())

    assert [one.detail.sam for one in found] == ["ann"]
    assert not notes


@given(
    st.lists(st.one_of(st.binary(max_size=30), st.sampled_from([b"\n", b"\n ", b"dn:", b"objectClass: group", b"::", b"\r\n"])))
)
def test_no_bytes_raise(pieces: list[bytes]) -> None:
    read(read_ldif, USER.encode() + b"\n" + b"".join(pieces))


@given(st.integers(0, len(USER) - 1), st.integers(0, 255))
def test_no_changed_byte_raises(place: int, value: int) -> None:
    data = bytearray(USER.encode())
    data[place] = value
    read(read_ldif, bytes(data) + b"\n" + USER.encode())
