"""TLS towards receivers: their certificate is always checked, and so is their name."""

import ssl
from pathlib import Path

from app.notify.errors import NotDelivered, why


def context(authorities: str = "", certificate: str = "", key: str = "") -> ssl.SSLContext:
    """TLS 1.2 or later. authorities: PEM file of trusted certificates, "" for the system's; certificate, key: our own, if any."""
    try:
        made = ssl.create_default_context(cafile=authorities or None)
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        if certificate:
            made.load_cert_chain(certificate, key or None, password=lambda: "")
    except (OSError, ssl.SSLError) as error:
        name = Path(certificate or authorities or "certificates").name
        raise NotDelivered(f"The certificates in {name} cannot be used: {why(error)}.") from error
    return made
