"""Secrets of destinations, by the names that their settings give."""

from app.notify.errors import NotDelivered


def secret_of(name: str) -> str:
    """The secret. Raises NotDelivered when it cannot be had; nobody is asked at the terminal."""
    from app.sensor.sources import secrets  # loads the keyring, which few destinations need

    try:
        if not secrets.unattended():
            raise secrets.Cannot(f"there is no keyring here; set {secrets.VARIABLE} to open the file of secrets")
        return secrets.secret(name)
    except secrets.Cannot as error:
        raise NotDelivered(f"The secret {name!r} cannot be had: {error}.") from error
