"""The small authority of a hub (RFC 5280): one certificate that everybody trusts, one for the server, renewed in time."""

import ipaddress
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from app.hub.state import Folder, Hub, HubError, write

AUTHORITY_DAYS, SERVER_DAYS = 3650, 397
RENEWED = 30
"""Days before its end from which on the server's certificate is renewed when the hub starts."""
BACKDATED = timedelta(hours=1)
"""Clocks of sensors may be so far behind."""


def make_authority(folder: Folder, now: datetime | None = None, days: int = AUTHORITY_DAYS) -> None:
    """A new authority; what was signed by an older one is refused from then on. Raises HubError."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Wardlight hub authority")])
    builder = (
        _builder(name, name, key.public_key(), now, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    write(folder.authority_key, _private(key))
    write(folder.authority, builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def make_certificate(folder: Folder, hub: Hub, now: datetime | None = None, days: int = SERVER_DAYS) -> None:
    """A new key and certificate of the server for the names of the hub. Raises HubError."""
    if not hub.names:
        raise HubError("The hub has no name or address by which it is found.")
    try:
        signer = serialization.load_pem_private_key(folder.authority_key.read_bytes(), None)
        authority = x509.load_pem_x509_certificate(folder.authority.read_bytes())
    except (OSError, ValueError) as error:
        raise HubError(f"The authority of the hub cannot be read: {error}.") from error
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise HubError(f"{folder.authority_key} holds no key of this program.")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hub.names[0][:64])])
    builder = (
        _builder(name, authority.subject, key.public_key(), now, days)
        .add_extension(x509.SubjectAlternativeName([_named(one) for one in hub.names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    write(folder.key, _private(key))
    write(folder.certificate, builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))


def ends(folder: Folder) -> tuple[datetime, datetime]:
    """When the server's certificate and the authority's end. Raises HubError."""
    try:
        found = [x509.load_pem_x509_certificate(one.read_bytes()) for one in (folder.certificate, folder.authority)]
    except (OSError, ValueError) as error:
        raise HubError(f"The certificates of the hub cannot be read: {error}.") from error
    return found[0].not_valid_after_utc, found[1].not_valid_after_utc


def days_left(end: datetime, now: datetime | None = None) -> int:
    """Whole days until then, negative when it is over."""
    return (end - (now or datetime.now(UTC))) // timedelta(days=1)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime | None, days: int
) -> x509.CertificateBuilder:
    begin = now or datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin - BACKDATED)
        .not_valid_after(begin + timedelta(days=days))
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs, crl_sign=signs, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _named(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
