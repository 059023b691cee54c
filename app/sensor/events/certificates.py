"""Certificate services: requests, what was issued or refused, and changes of the authority's own settings."""

from app.model.events import EventCertificate
from app.sensor.events.family import SECURITY, Facts, Family, by_subject
from app.sensor.events.fields import Fields, computer, split_account, text
from app.sensor.events.kerberos import KDC_LOG
from app.sensor.events.record import EventRecord

_CLIENT = "ccm:"
"""Request attribute by which the client names its computer (MS-WCCE section 2.2.2.7.2)."""


def _client(attributes: str) -> str | None:
    """The computer that a request says it comes from."""
    lower = attributes[:8192].lower()
    place = lower.find(_CLIENT)
    if place < 0 or (place and not lower[place - 1].isspace()):
        return None
    said = attributes[place + len(_CLIENT) : place + len(_CLIENT) + 256].split(None, 1)
    return said[0] if said else None


def _request(record: EventRecord, fields: Fields, failed: bool | None = None) -> Facts:
    who = split_account(text(fields, "Requester"))
    return Facts(who, computer(_client(fields.get("Attributes", ""))), None, failed)


def _denied(record: EventRecord, fields: Fields) -> Facts:
    return _request(record, fields, True)


def _template(record: EventRecord, fields: Fields) -> Facts:
    """The authority noticed by itself that a template, or who may use it, is another one; who changed it is not told."""
    return Facts()


def _mapped(record: EventRecord, fields: Fields) -> Facts:
    """The KDC could not map a certificate onto its account in a way that is safe (KB 5014754, KB 5057784)."""
    return Facts(split_account(text(fields, "AccountName")), None, None, False)


_MAPPED = "AccountName Subject Issuer SerialNumber Thumbprint"
_NAMES = {
    45: _MAPPED,
    48: f"{_MAPPED} IssuanceTime AccountCreationTime",
    49: "AccountName AccountSid Subject Issuer SerialNumber Thumbprint CertificateSid",
}
"""Values of the events that Windows Server 2008 numbers otherwise (48, 49), and of 45, in the order of the messages."""
FAMILIES = (
    Family(EventCertificate, KDC_LOG, dict.fromkeys((39, 40, 41, 45, 48, 49), _mapped), _NAMES),
    Family(
        EventCertificate,
        SECURITY,
        {
            4886: _request,
            4887: _request,
            4888: _denied,
            **dict.fromkeys((4870, 4876, 4882, 4885, 4890, 4896), by_subject),
            4899: _template,
            4900: _template,
        },
    ),
)
