"""Access masks in words: what stands behind each bit, whole or limited to one right or attribute."""

import pytest

from app.model.identifiers import GET_CHANGES_ALL, MEMBER
from app.model.rights import rights


@pytest.mark.parametrize(
    ("mask", "about", "words"),
    [
        (0x10000000, "", ("GenericAll",)),
        (0xF01FF, "", ("GenericAll",)),
        (0x40000020, "", ("GenericWrite",)),
        (0x108, "", ("AllExtendedRights",)),
        (0x8, "", ("AddSelf",)),
        (0x100, GET_CHANGES_ALL, ("GetChangesAll",)),
        (0x20, MEMBER, ("AddMember",)),
        (0x8, MEMBER, ("AddSelf",)),
        (0x28, MEMBER, ("AddMember",)),
        (0x100, "00000000-0000-0000-0000-000000000000", ()),
        (0xC0000, "", ("WriteDacl", "WriteOwner")),
        (0x94, "", ()),
    ],
)
def test_words(mask: int, about: str, words: tuple[str, ...]) -> None:
    assert rights(mask, about) == words
