"""Every kind has a family, and the window has a colour for each."""

from app.model.details import KINDS
from app.model.families import family
from app.ui.wording import FAMILIES


def test_every_kind_has_a_family_that_charts_know() -> None:
    found = {family(kind) for kind in KINDS.values()}

    assert found <= set(FAMILIES)
    assert {"Kerberos", "RPC and SMB", "DNS and names", "Windows events", "other"} <= found
    assert family("kerberos-tgs") == "Kerberos" and family("smb-file") == "RPC and SMB" and family("never-seen") == "other"
