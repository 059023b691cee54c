"""What parameters of messages say, by number and in the words of forwarders in several languages."""

import pytest

from app.model.messages import is_domain_service, is_placeholder, is_taken_away


@pytest.mark.parametrize(
    "text",
    [
        "%%14675", "%%14679", "%%8448, %%8450", "%%8449,%%8450", "Value Deleted", "Value Deleted With Expiration Time",
        "Wert gelöscht", "Valeur supprimée", "Valor eliminado", "Success removed, Failure removed", "Erfolg entfernt",
        "Registry value deleted",
    ],
)  # fmt: skip
def test_something_was_taken_away(text: str) -> None:
    assert is_taken_away(text)


@pytest.mark.parametrize(
    "text",
    [None, "", "%%14674", "%%14678", "%%8449", "%%146750", "Value Added", "Wert hinzugefügt", "Valeur ajoutée", "Success Added"],
)
def test_nothing_was_taken_away(text: str | None) -> None:
    assert not is_taken_away(text)


def test_what_stands_for_no_value() -> None:
    assert all(map(is_placeholder, ("%%1793", "<value not set>", "<Wert nicht festgelegt>")))
    assert not any(map(is_placeholder, ("", "%%1794", "\\\\server\\x.bat", "S-1-5-21-1-2-3-4")))


def test_which_directory_wrote_it() -> None:
    assert all(map(is_domain_service, (None, "%%14676", "Active Directory Domain Services", "Active Directory-Domänendienste")))
    assert not any(map(is_domain_service, ("%%14677", "Active Directory Lightweight Directory Services", "AD LDS", "x")))
