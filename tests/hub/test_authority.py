"""The authority of a hub: what is in its certificates, who may read its files, renewal."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from msgspec.structs import replace

from app.hub import authority
from app.hub.state import Folder, Hub, HubError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def made(folder: Path, *names: str) -> tuple[Folder, Hub]:
    place, hub = Folder(folder), Hub(names=names or ("hub.corp.test", "10.0.0.5"))
    authority.make_authority(place, NOW)
    authority.make_certificate(place, hub, NOW)
    return place, hub


def test_certificates_hold_what_they_should(tmp_path: Path) -> None:
    folder, _ = made(tmp_path / "hub", "hub.corp.test", "10.0.0.5", "2001:db8::1")
    server = x509.load_pem_x509_certificate(folder.certificate.read_bytes())
    signer = x509.load_pem_x509_certificate(folder.authority.read_bytes())
    server.verify_directly_issued_by(signer)
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert names.get_values_for_type(x509.DNSName) == ["hub.corp.test"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["10.0.0.5", "2001:db8::1"]
    assert authority.ends(folder) == (NOW + timedelta(days=397), NOW + timedelta(days=3650))
    assert signer.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 0
    ssl.create_default_context(cadata=folder.authority.read_text())


def test_only_the_owner_may_read_keys(tmp_path: Path) -> None:
    folder, _ = made(tmp_path / "hub")
    for path in (folder.authority_key, folder.key, folder.certificate):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert not list(folder.path.glob("*.new"))


def test_a_new_certificate_is_of_the_same_authority(tmp_path: Path) -> None:
    folder, hub = made(tmp_path / "hub")
    before = folder.authority.read_bytes()
    authority.make_certificate(folder, replace(hub, names=("other.corp.test",)), NOW + timedelta(days=380), days=10)

    assert folder.authority.read_bytes() == before
    assert authority.days_left(authority.ends(folder)[0], NOW) == 390


@pytest.mark.parametrize(("passed", "left"), [(0, 397), (396, 1), (397, 0), (398, -1), (400, -3)])
def test_days_are_counted(tmp_path: Path, passed: int, left: int) -> None:
    assert authority.days_left(NOW + timedelta(days=397), NOW + timedelta(days=passed)) == left


def test_what_cannot_be_made_is_said(tmp_path: Path) -> None:
    folder, hub = made(tmp_path / "hub")
    with pytest.raises(HubError, match="no name or address"):
        authority.make_certificate(folder, replace(hub, names=()))
    folder.authority_key.write_bytes(b"nonsense")
    with pytest.raises(HubError, match="cannot be read"):
        authority.make_certificate(folder, hub)
