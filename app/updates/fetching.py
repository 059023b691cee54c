"""Asks an address for the manifest and packages: over HTTPS only, so many bytes, so much time, and without saying who asks."""

import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from app.updates.statement import LONGEST, Package, Refused

QUIET_S, WHOLE_S, LONGEST_S = 15.0, 60.0, 3_600.0
"""Seconds without a byte; for a manifest; for a package."""
TURNS = 4
"""How often an address may lead to another one."""
PIECE = 1 << 18


def manifest(address: str, authorities: str = "", within: float = WHOLE_S) -> bytes:
    """The envelope at an address. Raises Refused."""
    data = bytearray()
    for piece in _pieces(address, authorities, within):
        data += piece
        if len(data) > LONGEST:
            raise Refused(f"What {_host(address)} answers is larger than a manifest of updates.")
    return bytes(data)


def package(address: str, one: Package, authorities: str = "", within: float = LONGEST_S) -> Iterator[bytes]:
    """The bytes of a package that lies beside the manifest. Raises Refused."""
    return _pieces(urljoin(address, one.name), authorities, within)


def checked(address: str) -> str:
    """The address. Raises Refused when it is none of HTTPS."""
    try:
        parts = urlsplit(address)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        good = False
    if not good or len(address) > 2_000 or any(not 0x21 <= ord(one) <= 0x7E for one in address):
        raise Refused(f"{address[:100]!r} is no https address.")
    return address


class _Turns(urllib.request.HTTPRedirectHandler):
    """Other addresses are followed when they are of HTTPS too."""

    max_redirections = TURNS

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        """The request to the next address."""
        return super().redirect_request(req, fp, code, msg, headers, checked(newurl))


def _pieces(address: str, authorities: str, within: float) -> Iterator[bytes]:
    """The body of an answer in pieces, until it ends or its time is over."""
    end = time.monotonic() + within
    host = _host(checked(address))
    try:
        context = ssl.create_default_context(cafile=authorities or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    except (OSError, ssl.SSLError) as error:
        raise Refused(f"The certificates in {Path(authorities).name} cannot be used: {_why(error)}.") from error
    opener = urllib.request.OpenerDirector()  # only what is needed: no file, no ftp, no plain http
    for one in (
        urllib.request.ProxyHandler(), urllib.request.HTTPSHandler(context=context), _Turns(),
        urllib.request.HTTPErrorProcessor(), urllib.request.HTTPDefaultErrorHandler(), urllib.request.UnknownHandler(),
    ):  # fmt: skip
        opener.add_handler(one)
    opener.addheaders = [("User-Agent", "Wardlight"), ("Accept-Encoding", "identity")]
    try:
        answer = opener.open(address, timeout=min(QUIET_S, within))
        if answer is None:
            raise Refused(f"{host} cannot be asked.")
        with closing(answer):
            while piece := answer.read1(PIECE):
                yield piece
                if time.monotonic() > end:
                    raise Refused(f"{host} is too slow: it was given {within:,.0f} seconds.")
            if answer.length:  # what the head promised and did not come
                raise Refused(f"{host} ended in the middle.")
    except urllib.error.HTTPError as error:
        with closing(error):
            raise Refused(f"{host} answers {error.code} for {urlsplit(address).path[:100]}.") from None
    except Refused:
        raise
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Refused(f"{host} cannot be asked: {_why(getattr(error, 'reason', None) or error)}.") from error


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or address[:100]
    except ValueError:
        return address[:100]


def _why(error: object) -> str:
    return str(getattr(error, "verify_message", "") or getattr(error, "strerror", "") or error or type(error).__name__)[:200]
