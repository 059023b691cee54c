"""Why a hub cannot be reached or refuses, in one sentence each."""

import asyncio
import socket
import ssl

import nats.errors
from nats.js.errors import APIError, NoStreamResponseError

# Numbers of OpenSSL's verification (x509_vfy.h).
NOT_YET, OVER, OTHER_NAME, OTHER_ADDRESS = 9, 10, 62, 64
UNKNOWN = frozenset({2, 7, 18, 19, 20, 21})


def why_not(error: BaseException, url: str = "") -> str:
    """One sentence about an error of a connection or of a request. url: of the server that was tried."""
    where = f" at {url}" if url else ""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(error, where)
    if isinstance(error, ssl.SSLError):
        return f"The hub{where} does not speak TLS as expected: {error.reason or error}."
    if isinstance(error, ConnectionRefusedError):
        return f"No hub answers{where}: nothing listens there."
    if isinstance(error, socket.gaierror):
        return f"The name of the hub{where} is not known: {error.strerror}."
    if isinstance(error, nats.errors.NoRespondersError):
        return "Nobody answers: whoever is asked is not connected to the hub."
    if isinstance(error, NoStreamResponseError):
        return "The hub has no stream for this now: it begins, it was not prepared, or the key is of another workspace."
    if isinstance(error, APIError):
        return f"The hub refuses: {error.description or error}."
    if isinstance(error, asyncio.TimeoutError | nats.errors.TimeoutError | TimeoutError):
        return f"The hub{where} does not answer in time."
    if isinstance(error, nats.errors.ConnectionClosedError | nats.errors.UnexpectedEOF | ConnectionError | EOFError):
        return f"The connection to the hub{where} broke."
    text = str(error).removeprefix("nats: ").strip(" '")
    if "authorization violation" in text.lower() or "authentication" in text.lower():
        return f"The hub{where} refuses this key: it was revoked, or it is of another hub."
    if isinstance(error, nats.errors.MaxPayloadError):
        return "A message is larger than the hub takes."
    if isinstance(error, OSError):
        return f"The hub{where} cannot be reached: {error.strerror or text}."
    return f"The hub{where} refuses: {text or type(error).__name__}."


def _certificate(error: ssl.SSLCertVerificationError, where: str) -> str:
    match error.verify_code:
        case code if code == OVER:
            return f"The certificate of the hub{where} has expired; renew it there with `wardlight hub renew`."
        case code if code == NOT_YET:
            return f"The certificate of the hub{where} is not valid yet: one of the two clocks is wrong."
        case code if code in (OTHER_NAME, OTHER_ADDRESS):
            return f"The certificate of the hub{where} is made for other names: {error.verify_message}."
        case code if code in UNKNOWN:
            return f"The certificate of the hub{where} is not of the authority that is trusted here: {error.verify_message}."
    return f"The certificate of the hub{where} is refused: {error.verify_message}."
