"""What leaves in privacy mode names nobody, and comes back to who has the key."""

import json
import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.privacy import Veil
from app.model.activity import Account
from app.model.details import KerberosAs
from app.paths import sample_case
from app.session import FORMS, Session
from tests.engine.workspace import fill, made

NAMES = {
    "da.smith": "user", "alice smith": "person", "ws1": "host", "ws1.corp.test": "host", "corp.test": "domain", "corp": "domain"
}  # fmt: skip
VEIL = Veil(bytes(32), NAMES, ["S-1-5-21-1-2-3"])


def test_names_are_found_whole_however_they_are_written() -> None:
    text = r"CORP\da.smith from WS1.corp.test (10.0.0.66, fe80::1) as Da.Smith@CORP.TEST, CN=Alice Smith; SPN cifs/ws1:445"
    said = VEIL.text(text)
    for name in (*NAMES, "10.0.0.66", "fe80::1"):
        assert name not in said.lower()
    assert said.count(VEIL.text("da.smith")) == 2 and "SPN cifs/host-" in said and ":445" in said
    assert VEIL.reveal(said).lower() == text.lower()


def test_pieces_of_other_words_are_left() -> None:
    assert VEIL.text("incorporated, ws12, corporal, corp_x") == "incorporated, ws12, corporal, corp_x"


def test_identifiers_of_domains_and_cards() -> None:
    said = VEIL.text("S-1-5-21-1-2-3-500 and S-1-5-32-544 at 00:1c:42:aa:bb:cc")
    assert "S-1-5-21-1-2-3-" not in said and said.count("-500 and S-1-5-32-544 at 02:") == 1
    assert VEIL.reveal(said) == "S-1-5-21-1-2-3-500 and S-1-5-32-544 at 00:1c:42:aa:bb:cc"


@given(st.text(alphabet="ab .-\\\\@1", max_size=60))
def test_any_text_comes_back(text: str) -> None:
    veil = Veil(bytes(32), {"aa": "user", "a.b": "host", "b a": "person"})
    assert veil.reveal(veil.text(text)) == text


def test_addresses_are_found_beside_colons() -> None:
    for text in (
        "from:10.0.0.66",
        "10.0.0.66:445",
        "to 10.0.0.66: asked",
        "ip:fe80::66",
        "entity:address:10.0.0.66 x",
        "x:10.0.0.66:1",
    ):
        said = VEIL.text(text)
        assert "10.0.0.66" not in said and "fe80::66" not in said, text
        assert VEIL.reveal(said) == text, said


def test_keys_as_they_are_stay_and_hidden_ones_come_back() -> None:
    assert VEIL.back("address:10.0.0.66") == "address:10.0.0.66"
    assert VEIL.back(VEIL.of("address:10.0.0.66")) == "address:10.0.0.66" != VEIL.of("address:10.0.0.66")


def test_a_thousand_names_with_one_beginning_are_told_apart() -> None:
    veil = Veil(bytes(32), {f"pc-{number:04}": "host" for number in range(3_000)})
    said = [veil.text(f"from pc-{number:04}.") for number in range(3_000)]
    assert len(set(said)) == 3_000 and veil.text("pc-00011") == "pc-00011"


def test_another_key_gives_other_words() -> None:
    assert Veil(b"1" * 32, NAMES).text("da.smith") != VEIL.text("da.smith") != "da.smith"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    made = Session.open(tmp_path_factory.mktemp("case") / "case.wardlight")
    made.read_here([sample_case()], lambda _: None)
    made.hide_names(True, keep=False)
    yield made
    made.close()


def secret_words(session: Session) -> set[str]:
    """What names the people and machines of the sample: from the answers of the engine without a veil."""
    found = set()
    for one in session.plain.entities(limit=10_000):
        kind, _, rest = one.ref.key.partition(":")
        if kind == "address":
            found.add(rest)
        elif kind in ("user", "computer"):
            found.add(rest.rpartition("\\")[2])
    return {one.lower() for one in found if len(one) > 4 and one not in ("administrator", "krbtgt", "guest")}


def test_no_export_tells_a_name(session: Session, tmp_path: Path) -> None:
    words = secret_words(session)
    assert len(words) > 8
    for form in FORMS:
        out = tmp_path / f"{form.id}{form.suffix}"
        if form.id == "pcapng":
            with pytest.raises(OSError, match="do not reach into packets"):
                session.export(out, form.id)
            continue
        session.export(out, form.id)
        files = [one for one in out.rglob("*") if one.is_file()] if out.is_dir() else [out]
        texts = [one.read_bytes() for one in files]
        assert any(texts), form.id
        if form.suffix == ".xlsx":
            import zipfile

            with zipfile.ZipFile(out) as book:
                texts = [book.read(name) for name in book.namelist()]
        for text in texts:
            lower = text.decode("utf-8", "replace").lower()
            told = {word for word in words if re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])(?!\.\d)", lower)}
            assert not told, (form.id, told)
    report = session.report_html().lower()
    assert not {word for word in words if re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])(?!\.\d)", report)}


def test_views_hide_and_understand_pseudonyms(session: Session) -> None:
    row = next(one for one in session.queries.entities("user", limit=50) if one.ref.label.startswith("user-"))
    plain = next(one for one in session.plain.entities("user", limit=50) if one.ref.key == row.ref.key)
    assert session.reveal(row.ref.label) == plain.ref.label.lower()
    assert row.ref.key in {one.ref.key for one in session.queries.entities(None, row.ref.label)}
    assert session.key_of(row.ref.label) == plain.ref.key
    assert "not shown in privacy mode" in session.packet(session.plain.inputs()[0].key, 1).error


def test_what_was_written_is_turned_back(session: Session, tmp_path: Path) -> None:
    session.export(tmp_path / "a.jsonl", "alerts-jsonl")
    with_names = [json.loads(session.reveal(line)) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    plain = {one.id: one for one in session.plain.alerts()}
    for one in with_names:
        assert {name.lower() for name in one["accounts"]} == {ref.label.lower() for ref in plain[one["id"]].finding.accounts}


def test_a_note_of_an_entity_does_not_tell_its_name(session: Session) -> None:
    key = next(one.ref.key for one in session.plain.entities("user", limit=50) if one.ref.key.endswith("adams"))
    session.write_note(key, "asked by telephone")
    report = session.report_html()
    assert "asked by telephone" in report and key.rpartition("\\")[2] not in report.lower()


def test_the_names_of_the_other_case_are_hidden_too(session: Session, tmp_path: Path) -> None:
    stranger = made(30)[0]
    detail = KerberosAs(client="zacharias.q", realm="ELSEWHERE.TEST", service="krbtgt/ELSEWHERE.TEST")
    who = Account(name="zacharias.q", domain="ELSEWHERE.TEST")
    fill(tmp_path / "other.wardlight", {"bbbb": [msgspec.structs.replace(stranger, detail=detail, account=who, ticket=None)]})
    found = session.compare(None, None, tmp_path / "other.wardlight")
    gone = [one.who.label for one in found.differences if one.change == "gone" and one.who is not None]
    assert any(one.startswith("user-") for one in gone)
    told = str(
        [(one.who.label if one.who else "", one.target.label if one.target else "", one.what) for one in found.differences]
    )
    assert "zacharias" not in told and "elsewhere" not in told.lower()


def test_names_that_come_later_are_hidden_when_they_are_met(tmp_path: Path) -> None:
    fill(tmp_path / "live.wardlight", {"aaaa": made(40)})
    live = Session.open(tmp_path / "live.wardlight")
    live.hide_names(True, keep=False)
    newcomer = msgspec.structs.replace(
        made(30)[0], detail=KerberosAs(client="newcomer.x", realm="CORP.TEST"), account=Account(name="newcomer.x"), ticket=None
    )
    fill(tmp_path / "live.wardlight", {"cccc": [newcomer]})
    live.meet_names()
    labels = {one.label for one in live.plain.every_entity()}
    hidden = {one.ref.label for one in live.queries.entities(limit=1_000)}
    live.close()
    assert "newcomer.x" in labels and "newcomer.x" not in hidden
