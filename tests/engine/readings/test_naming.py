"""Whose name a call carries."""

import pytest

from app.engine.context import Context
from app.engine.knowledge import Knowledge
from app.engine.memory import Memory
from app.engine.readings.naming import bare_host, unc_host, whom
from app.model.details import NameObservation
from tests.engine.detectors.builders import DC1, WS1, act, call, controller, ping


@pytest.mark.parametrize(
    ("path", "host"),
    [
        (r"\\files\share\a.txt", "files"),
        (r"\\192.0.2.9\x", "192.0.2.9"),
        (r"\\host@80\share", "host"),
        (r"\\host@SSL@443\DavWWWRoot", "host"),
        (r"\??\UNC\host\share", "host"),
        (r"\\?\UNC\host\share", "host"),
        (r"\\.\UNC\host\share", "host"),
        ("//host/share", "host"),
        (r"\\?\C:\a.txt", ""),
        (r"C:\a.txt", ""),
        (r"\a.txt", ""),
        ("", ""),
        (7, ""),
        ("\\" * 5_000, ""),
    ],
)
def test_the_computer_of_a_path(path: object, host: str) -> None:
    assert unc_host(path) == host


@pytest.mark.parametrize(
    ("text", "host"), [("files", "files"), (r"\\files", "files"), (r"\\files\x", "files"), ("", ""), (None, "")]
)
def test_the_computer_of_a_parameter(text: object, host: str) -> None:
    assert bare_host(text) == host


def test_a_name_belongs_to_one_of_the_two_or_to_another() -> None:
    asked = call("12345678-1234-abcd-ef00-0123456789ab", 65, WS1, DC1)
    knowledge = Knowledge()
    for one in (
        controller(DC1),
        ping(None, 23),
        act(NameObservation(address=WS1, name="WS1", method="netbios"), WS1, DC1),
        asked,
    ):
        knowledge.observe(one)
    ctx = Context(knowledge, Memory())

    assert whom("dc1.example.org", asked, ctx) == "asked"
    assert whom("DC1", asked, ctx) == "asked"
    assert whom(DC1, asked, ctx) == "asked"
    assert whom("localhost", asked, ctx) == "asked"
    assert whom("ws1", asked, ctx) == "caller"
    assert whom(WS1, asked, ctx) == "caller"
    assert whom("192.0.2.99", asked, ctx) == "another"
    assert whom("elsewhere", asked, ctx) == "another"
    assert whom("", asked, ctx) == "nobody"
