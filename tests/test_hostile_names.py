"""Names that a hostile client chooses: inert and bounded wherever they are shown, through the whole line."""

import json
import sys
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.__main__ import _to_pdf
from app.command.main import run
from tests.material import SECOND, START, Packet, ask, guesses, preauthentication, save, spray, talk
from tests.sensor import ber
from tests.sensor.authentication_samples import error, reply, request
from tests.sensor.conversations.smb_messages import create_body, create_reply_body, nbss, smb2, tree_body, tree_reply_body
from tests.sensor.decoders import test_dns as dns
from tests.sensor.decoders.test_ntlm import type3
from tests.sensor.wire import ether, ip4, udp

LONGEST = 4096
"""Characters of any one text that is kept."""
NAMES = {
    "control": "ev\x1b[2J\x1b]0;owned\x07il\r\nHIGH  forged alert\x00\x08\x7f\x9b31m",
    "html": "<script>alert(1)</script>\"'><img src=x onerror=alert(2)><style>*{display:none}</style>&amp;<!--",
    "direction": "user\u202egpj.exe\u2066\u200f\u061c\u200b\ufeff",
    "formula": "=cmd|' /C calc'!A0",
    "markup": "[x](javascript:alert(1)) {0} %s %n {{7*7}} ${jndi:ldap://x} **b** `c`",
    "path": "..\\..\\..\\windows\\system32",
    "empty": " ",
    "combining": "a" + "\u0301" * 200,
    "long": "n" * 65_000,
    "odd": "\ufffe\uffff\U0010ffff\ue000\U0001f4a3",
}


def kerberos(name: str, at: int, sport: int) -> list[Packet]:
    """Name as client, service and realm, over TCP where it is long."""
    said = [(True, request(10, name, ("krbtgt", name))), (False, reply(11, name, ("krbtgt", name), name.encode()))]
    return talk(88, [(client, len(data).to_bytes(4, "big") + data) for client, data in said], at, sport)


def ntlm(name: str, at: int, sport: int) -> list[Packet]:
    """Name as user, domain and workstation of NTLM inside HTTP."""
    name = name[:6_000]
    token = type3(name, name, name)
    field = b"Authorization: NTLM " + b64encode(token)
    said = [
        (True, b"GET / HTTP/1.1\r\nHost: x\r\n" + field + b"\r\n\r\n"),
        (False, b"HTTP/1.1 401 no\r\nContent-Length: 0\r\n\r\n"),
    ]
    return talk(80, said, at, sport)


def ldap(name: str, at: int, sport: int) -> list[Packet]:
    """Name in a bind, a search, its answer and a change."""
    said = [
        (True, ber.message(1, ber.simple_bind(name, "x"))),
        (False, ber.message(1, ber.result(0x61, 0, name))),
        (True, ber.message(2, ber.search(name, 2, ber.equals("cn", name), name))),
        (False, ber.message(2, ber.entry(name, ber.attribute("member", name)))),
        (False, ber.message(2, ber.result(0x65, 32, name))),
        (True, ber.message(3, ber.modify(name, (0, ber.attribute("member", name))))),
        (False, ber.message(3, ber.result(0x67, 50, name))),
    ]
    return talk(389, said, at, sport)


def smb(name: str, at: int, sport: int) -> list[Packet]:
    """Name as share and as file."""
    name = name[:30_000]
    said = [
        (True, nbss(smb2(3, tree_body("\\\\fs\\" + name), 1, tree=0))),
        (False, nbss(smb2(3, tree_reply_body(), 1, reply=True))),
        (True, nbss(smb2(5, create_body(name), 2))),
        (False, nbss(smb2(5, create_reply_body(), 2, reply=True))),
    ]
    return talk(445, said, at, sport)


def domain(name: str, at: int, sport: int) -> list[Packet]:
    """Name as labels of a question, its answer and a host that is learned."""
    labels = b"".join(bytes([len(one)]) + one for one in _pieces(name.encode()[:240])) + b"\0"
    head = bytes.fromhex("00070100000100000000 0000".replace(" ", ""))
    question = labels + b"\0\1\0\1"
    answer = bytes.fromhex("000785800001000100000000") + question + dns.record(b"\xc0\x0c", 1, bytes([10, 9, 0, 77]))
    return ask(53, head + question, answer, at, sport)


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), 63):
        yield data[start : start + 63]


def netbios(name: str, at: int, sport: int) -> list[Packet]:
    """Name registered by broadcast (RFC 1002 section 4.2.2)."""
    raw = name.encode()[:15].ljust(15) + b"\0"
    coded = b"".join(bytes([0x41 + (one >> 4), 0x41 + (one & 15)]) for one in raw)
    question = b"\x20" + coded + b"\0\0\x20\0\1"
    record = b"\xc0\x0c\0\x20\0\1\0\0\0\0\0\6\0\0" + bytes([10, 9, 0, 66])
    data = bytes.fromhex("0009291000010000 00000001".replace(" ", "")) + question + record
    return [(at, ether(ip4("10.9.0.66", "10.9.0.255", 17, udp(137, 137, data))))]


CARRIERS: list[Callable[[str, int, int], list[Packet]]] = [kerberos, ntlm, ldap, smb, domain, netbios]


class Page(HTMLParser):
    """Tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.attributes: set[str] = set()
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img" and self._own(dict(attrs)):
            return
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes |= {name for name, _ in attrs}

    @staticmethod
    def _own(attributes: dict[str, str | None]) -> bool:
        """A picture that the report drew itself: it lies in the page, is well-formed, holds no script and leads nowhere."""
        kind, _, data = (attributes.get("src") or "").partition(",")
        if kind != "data:image/svg+xml;base64" or set(attributes) != {"alt", "width", "height", "src"}:
            return False
        drawn = b64decode(data).decode()
        found = {one.tag.rpartition("}")[2] for one in ElementTree.fromstring(drawn).iter()}
        return found <= {"svg", "rect", "line", "path", "circle", "text"} and "href" not in drawn

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)


class Shown:
    """What the program makes of a capture."""

    def __init__(self, folder: Path, packets: list[Packet], capture: pytest.CaptureFixture[bytes]) -> None:
        path = save(folder / "hostile.pcap", packets)
        workspace, self.lines, report = folder / "w", folder / "a.jsonl", folder / "r.html"
        assert run(["analyze", str(path), "--workspace", str(workspace), "--activities", str(self.lines)], _to_pdf) in (0, 2)
        sys.stdout.flush()
        self.words, err = capture.readouterr()
        assert err == b""
        assert run(["analyze", str(path), "--workspace", str(workspace), "--json", "--report", str(report)], _to_pdf) in (0, 2)
        sys.stdout.flush()
        self.json, err = capture.readouterr()
        assert err == b""
        self.page = report.read_text(encoding="utf-8")

    def check(self) -> None:
        """Inert and bounded everywhere."""
        for line in self.words.decode().split("\n"):
            assert line.isprintable(), line
            assert len(line) < 1200
        whole = json.loads(self.json)
        activities = [json.loads(one) for one in self.lines.read_bytes().splitlines()]
        assert len(activities) == whole["activities"]["total"]
        for text in strings([whole["alerts"], activities]):
            assert len(text) <= LONGEST + 200
            text.encode()
        assert max(len(one) for one in self.lines.read_bytes().splitlines()) < 60_000
        page = Page(self.page)
        assert not set(page.tags) & {
            "script",
            "img",
            "iframe",
            "object",
            "embed",
            "link",
            "base",
            "form",
            "input",
            "a:javascript",
        }
        assert page.tags.get("style", 0) == 1
        assert not any(one.startswith("on") for one in page.attributes)
        shown = set("".join(page.text))
        assert not {one for one in shown if unicodedata.category(one) == "Cc"} - {"\n", "\t"}
        assert not shown & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"), "directions of writing can forge a line"
        assert len(self.page) < 2_000_000


@pytest.mark.parametrize("name", NAMES)
def test_in_every_protocol(name: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    packets: list[Packet] = []
    for number, carrier in enumerate(CARRIERS):
        packets += carrier(NAMES[name], START + number * SECOND, 50_000 + number)
    shown = Shown(tmp_path, packets, capfdbinary)

    kinds = json.loads(shown.json)["activities"]["by_kind"]
    assert {"kerberos-as", "ntlm", "ldap-bind", "ldap-search", "ldap-modify", "smb-tree", "smb-file"} <= set(kinds)
    shown.check()


@pytest.mark.parametrize("name", NAMES)
def test_in_alerts(name: str, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Forty users of such names are attacked from a computer of such a name."""
    hostile = NAMES[name][:900]
    users = [f"{number}{hostile}{number}" for number in range(40)]
    packets = netbios(hostile, START - SECOND, 137) + domain(hostile, START - SECOND, 40_000)
    packets += spray(users) + guesses([f"{hostile}\\{one}" for one in users], START + 100 * SECOND)
    shown = Shown(tmp_path, packets, capfdbinary)

    assert len(json.loads(shown.json)["alerts"]) >= 2
    shown.check()


def test_bytes_that_are_no_text(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Halves of surrogate pairs, overlong and cut UTF-8, odd numbers of bytes."""
    lone = "\ud800bob\udfff\udc00"
    wide = lone.encode("utf-16-le", "surrogatepass")
    token = type3("U" * (len(wide) // 2), "D", "W").replace("U".encode("utf-16-le") * (len(wide) // 2), wide)
    field = b"Authorization: NTLM " + b64encode(token)
    packets = talk(80, [(True, b"GET / HTTP/1.1\r\n" + field + b"\r\n\r\n")], START, 50_000)
    broken = b"\xff\xc0\xaf\xed\xa0\x80\xf8\x88\x80\x80\x80\xe2\x82"
    mark = b"U" * len(broken)
    packets += ask(88, preauthentication(mark.decode()).replace(mark, broken), error(24, ("krbtgt", "A.TEST")), START + SECOND)
    bind = ber.message(1, ber.simple_bind(mark.decode(), "x")).replace(mark, broken)
    packets += talk(389, [(True, bind), (False, ber.message(1, ber.result(0x61, 49)))], START + 2 * SECOND, 50_001)
    tree = nbss(smb2(3, tree_body("\\\\fs\\" + "T" * 5), 1, tree=0)).replace("T".encode("utf-16-le") * 5, wide[:10])
    packets += talk(445, [(True, tree), (False, nbss(smb2(3, tree_reply_body(), 1, reply=True)))], START + 3 * SECOND, 50_002)
    shown = Shown(tmp_path, packets, capfdbinary)

    kinds = json.loads(shown.json)["activities"]["by_kind"]
    assert {"ntlm", "kerberos-as", "ldap-bind", "smb-tree"} <= set(kinds)
    shown.check()
    lines = [json.loads(one) for one in shown.lines.read_bytes().splitlines()]
    assert any("bob" in text for one in lines if one["kind"] == "ntlm" for text in strings(one))
