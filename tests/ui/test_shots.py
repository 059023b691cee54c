"""Names of pictures."""

from tests.ui.shots import called


def test_every_picture_has_a_name_of_its_own_also_at_the_first_start() -> None:
    pages = [("overview", ""), ("settings", ""), ("settings", "keys"), ("help", "")]
    names = [called(page, key, "dark-1440", first) for page, key in pages for first in (False, True)]
    assert len(set(names)) == len(names)
    assert called("settings", "keys", "dark-1440", True) == "start-settings-keys-dark-1440.png"
