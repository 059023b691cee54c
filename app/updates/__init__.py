"""Newer versions of this program: asked for only on request, believed only when signed, never older than what is here."""

from app.updates.fetching import checked
from app.updates.installed import KINDS, Installation, installation
from app.updates.statement import Manifest, Package, Refused
from app.updates.updating import Checked, Installed, Verified, check, fetch, go_back, install, verify

SUFFIX = ".wardupdate"
"""Of a file that carries an update to a machine without a network."""

__all__ = [
    "KINDS", "SUFFIX", "Checked", "Installation", "Installed", "Manifest", "Package", "Refused", "Verified", "check", "checked",
    "fetch", "go_back", "install", "installation", "verify",
]  # fmt: skip
