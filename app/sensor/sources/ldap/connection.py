"""One LDAP connection: TLS always checked, simple or Kerberos bind, every failure as one sentence.

TLS comes first in any case, from the start with ldaps:// or by StartTLS with ldap://; nothing is sent before it.
A Kerberos bind (SASL GSSAPI, RFC 4752) takes the ticket at hand and binds it to the TLS channel (RFC 5929); ldap3 knows no
signing or sealing of its own, and none is needed inside TLS.
"""

import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import ldap3
from ldap3.core.exceptions import LDAPBindError, LDAPCertificateError, LDAPException, LDAPPackageUnavailableError

from app.model.source import DirectorySource
from app.model.troubles import EXPIRED, REFUSED
from app.sensor.sources.ldap.strategy import Receiving

CONNECT, RECEIVE = 5, 60
"""Seconds until a connection and an answer are given up."""
INVALID = 49
_DATA = re.compile(r"data ([0-9a-f]{2,8})\b", re.I)
REASONS = {
    0x525: "the user is not known to the directory",
    0x52E: "the password is wrong",
    0x52F: "an account restriction forbids it",
    0x530: "the account may not log on at this hour",
    0x531: "the account may not log on from here",
    0x532: EXPIRED[0],
    0x533: "the account is disabled",
    0x568: "the account has too many groups",
    0x701: "the account has expired",
    0x773: EXPIRED[1],
    0x775: "the account is locked",
}
"""What Windows adds to invalidCredentials as "data XXX" (system error codes of winerror.h)."""


class Unavailable(Exception):
    """The directory cannot be reached or does not go on answering; it may well later. The text is one sentence."""


class Rejected(Exception):
    """The directory does not accept who asks; asking again the same way could lock the account. The text is one sentence."""


def address_of(url: str) -> tuple[str, int, bool]:
    """(host, port, TLS from the start) of ldaps://host[:port] or ldap://host[:port]. Raises ValueError with a sentence."""
    parts = urlsplit(url if "://" in url else f"ldaps://{url}")
    if parts.scheme not in ("ldap", "ldaps") or not parts.hostname:
        raise ValueError(f"{url} is no address of a directory; write ldaps://host or ldap://host")
    secure = parts.scheme == "ldaps"
    return parts.hostname, parts.port or (636 if secure else 389), secure


def connect(spec: DirectorySource, password: str, stopped: Callable[[], bool] = lambda: False) -> Any:
    """A bound ldap3 connection that gives up soon after stopped() says so.

    Raises Unavailable, Rejected, or ValueError for an address that is none.
    """
    host, port, secure = address_of(spec.url)
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=spec.authorities or None, sni=host)
    server = ldap3.Server(host, port, use_ssl=secure, tls=tls, get_info=ldap3.NONE, connect_timeout=CONNECT)
    who: dict[str, Any] = {"authentication": ldap3.SASL, "sasl_mechanism": ldap3.KERBEROS}
    if spec.user:
        if not password:  # a simple bind with a name and no password is anonymous (RFC 4513 section 5.1.2)
            raise Rejected(f"{REFUSED}: the password is empty")
        who = {"authentication": ldap3.SIMPLE, "user": spec.user, "password": password}
    connection = ldap3.Connection(
        server, read_only=True, check_names=False, auto_referrals=False, auto_range=False, return_empty_attributes=False,
        receive_timeout=RECEIVE, raise_exceptions=False, **who,
    )  # fmt: skip
    connection.strategy.__class__ = Receiving  # ldap3 takes only its own strategies, and holds bound methods of the one it made
    connection.strategy.stopped = stopped
    try:
        connection.open(read_server_info=False)
        if not secure and not connection.start_tls(read_server_info=False):
            raise Unavailable(f"{host} refuses StartTLS: {_said(connection)}")
        bound = connection.bind(read_server_info=False)
    except BaseException as error:
        close(connection)
        if isinstance(error, (LDAPException, OSError)):
            raise _failure(host, port, error) from error
        if type(error).__module__.partition(".")[0] == "gssapi":
            raise Unavailable(f"Kerberos gives no ticket for {host}: {_line(error)}") from error
        raise
    if not bound:
        said = _refusal(connection)
        close(connection)
        raise said
    return connection


def close(connection: Any) -> None:
    """End a connection, whatever state it is in."""
    with suppress(LDAPException, OSError):
        connection.unbind()


def _said(connection: Any) -> str:
    result = connection.result or {}
    return str(result.get("message") or result.get("description") or connection.last_error or "no reason given")[:200]


def _refusal(connection: Any) -> Exception:
    result = connection.result or {}
    text = str(result.get("message") or "")
    if result.get("result") == INVALID:
        found = _DATA.search(text)
        why = REASONS.get(int(found[1], 16)) if found else None
        return Rejected(f"{REFUSED}: {why or 'name or password is wrong'}")
    return Unavailable(f"the directory does not let the user in: {_said(connection)}")


def _failure(host: str, port: int, error: BaseException) -> Exception:
    text = _line(error)
    where = f"{host}:{port}"
    if isinstance(error, LDAPCertificateError):
        return Unavailable(f"the certificate of {where} is for another host: {text}")
    if isinstance(error, LDAPPackageUnavailableError):
        return Rejected("a Kerberos bind needs the package gssapi; give a user and a password instead")
    if isinstance(error, LDAPBindError):
        return Rejected(f"{REFUSED}: {text}")
    if found := re.search(r"certificate verify failed: ([^(\]]+)", text):
        return Unavailable(f"the certificate of {where} is not accepted: {found[1].strip()}")
    return Unavailable(f"{where} cannot be reached: {text}")


def _line(error: BaseException) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:300]
