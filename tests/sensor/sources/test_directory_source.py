"""The directory source without a directory: addresses, reasons, what it refuses to start with."""

import threading

import pytest

from app.model.source import DirectorySource
from app.sensor.sources.directory import run
from app.sensor.sources.ldap.connection import address_of
from app.sensor.sources.living import Cannot


def test_an_address_says_host_port_and_whether_tls_comes_first() -> None:
    assert address_of("ldaps://dc1.a.test") == ("dc1.a.test", 636, True)
    assert address_of("ldap://dc1.a.test:3389") == ("dc1.a.test", 3389, False)
    assert address_of("dc1.a.test") == ("dc1.a.test", 636, True)
    for wrong in ("http://dc1.a.test", "ldaps://", ""):
        with pytest.raises(ValueError, match="ldaps://host"):
            address_of(wrong)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (DirectorySource(url="ftp://x"), "no address of a directory"),
        (DirectorySource(url="ldaps://dc1.a.test", authorities="/nowhere/ca.pem"), "no file of authorities"),
    ],
)
def test_what_can_never_work_is_refused_at_once(spec: DirectorySource, why: str) -> None:
    with pytest.raises(Cannot, match=why):
        run(spec, "key", None, threading.Event())  # type: ignore[arg-type]
