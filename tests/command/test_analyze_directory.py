"""A directory given to analyze is an input like any other."""

import json
from pathlib import Path

from tests.material import SAMPLE, wardlight

LDIF = """\
dn: CN=Ann,CN=Users,DC=a,DC=test
objectClass: user
sAMAccountName: ann
objectGUID:: AAECAwQFBgcICQoLDA0ODw==
whenChanged: 20260101120000.0Z
"""


def test_a_directory_alone_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.ldif"
    file.write_text(LDIF)

    done = wardlight("analyze", "--directory", file, "--json")

    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["inputs"]
    assert (one["kind"], one["records"]) == ("directory", 1)


def test_a_directory_and_captures_are_read_together_in_any_order(tmp_path: Path) -> None:
    file = tmp_path / "a.ldif"
    file.write_text(LDIF)

    one = json.loads(wardlight("analyze", SAMPLE, "--directory", file, "--json").stdout)
    other = json.loads(wardlight("analyze", "--directory", file, file, SAMPLE, "--json").stdout)

    assert {each["kind"] for each in one["inputs"]} == {"pcap", "directory"}
    assert [each["id"] for each in one["alerts"]] == [each["id"] for each in other["alerts"]]


def test_a_directory_that_is_not_there_ends_it(tmp_path: Path) -> None:
    done = wardlight("analyze", SAMPLE, "--directory", tmp_path / "gone.ldif")

    assert done.returncode == 1
    assert b"no such file or folder" in done.stderr


def test_nothing_to_read_is_said_in_one_line() -> None:
    done = wardlight("analyze")

    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1
