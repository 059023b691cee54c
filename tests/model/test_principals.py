"""Which names are Windows' own, whatever the language; an account stays an account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.principals import is_placeless, principal


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


@given(st.text(max_size=40), st.none() | st.text(max_size=20), st.none() | st.text(max_size=40) | st.just("S-1-5-" + "9" * 400))
def test_anything_is_borne(name: str, domain: str | None, sid: str | None) -> None:
    assert principal(name, domain, sid) in ("", "computer", "nobody")
    assert is_placeless(name, domain, sid) or domain
