"""Which names are Windows' own, whatever the language; an account stays an account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.principals import is_placeless, own_sid, principal


@pytest.mark.parametrize(
    ("name", "domain", "sid", "expected"),
    [
        ("SYSTEM", "NT AUTHORITY", "S-1-5-18", "computer"),
        ("WS1$", "CORP", "S-1-5-18", "computer"),
        ("Système", "AUTORITE NT", "S-1-5-18", "computer"),
        ("NETWORK SERVICE", "NT AUTHORITY", None, "computer"),
        ("DWM-1", "Window Manager", "S-1-5-90-0-1", "computer"),
        ("UMFD-0", "Font Driver Host", None, "computer"),
        ("DefaultAppPool", "IIS APPPOOL", "S-1-5-82-3006700770", "computer"),
        ("ANONYMOUS LOGON", "NT AUTHORITY", "S-1-5-7", "nobody"),
        ("ANONYMOUS LOGON", None, None, "nobody"),
        ("S-1-0-0", None, "S-1-0-0", "nobody"),
        ("Everyone", None, "S-1-1-0", "nobody"),
        ("ANONYMOUS-ANMELDUNG", "NT-AUTORITÄT", None, "nobody"),
        ("АНОНИМНЫЙ ВХОД", "NT AUTHORITY", None, "nobody"),
        ("LOGOWANIE ANONIMOWE", None, None, "nobody"),
        ("Lokaler Dienst", None, None, "computer"),
        ("system", "CORP", None, ""),
        ("system", None, None, ""),
        ("alice", "CORP", "S-1-5-21-1-2-3-1105", ""),
        ("alice@corp.test", "AzureAD", "S-1-12-1-1-2-3-4", ""),
        ("Administrators", "BUILTIN", "S-1-5-32-544", ""),
        ("S-1-5-21-1-2-3-1105", None, None, ""),
    ],
)
def test_principals(name: str, domain: str | None, sid: str | None, expected: str) -> None:
    assert principal(name, domain, sid) == expected


@pytest.mark.parametrize(
    ("name", "domain", "sid"),
    [
        ("SYSTEM", "NT AUTHORITY", "S-1-5-18"),
        ("Système", "AUTORITE NT", "S-1-5-18"),
        ("ANONYMOUS-ANMELDUNG", "NT-AUTORITÄT", "S-1-5-7"),
        ("СИСТЕМА", "NT AUTHORITY", "S-1-5-18"),
        ("Lokal Tjeneste", "NT-MYNDIGHET", "S-1-5-19"),
        ("SYSTEM", "CORP", None),
        ("alice", "NT AUTHORITY", None),
        ("ANONYMOUS LOGON", "NT-PROD", None),
    ],
)
def test_windows_own_have_one_number_everywhere(name: str, domain: str, sid: str | None) -> None:
    assert own_sid(name, domain) == sid


@given(st.text(max_size=40), st.none() | st.text(max_size=20), st.none() | st.text(max_size=40) | st.just("S-1-5-" + "9" * 400))
def test_anything_is_borne(name: str, domain: str | None, sid: str | None) -> None:
    assert principal(name, domain, sid) in ("", "computer", "nobody")
    assert is_placeless(name, domain, sid) or domain
