"""Which keys do what: those of the table of actions, as the user changed them; the one place where they are kept."""

from collections.abc import Mapping

from app.ui.actions import ACTIONS, BY_ID, FIXED, Action

Keys = Mapping[str, tuple[str, ...]]
"""Id of an action to its keys, the first one is shown; () for none."""
RESERVED = frozenset(key for key, _ in FIXED) | {"Return", "Left", "Right", "Backspace"}
MOST = 4
"""Keys of one action."""
GAP = "\N{EN SPACE}"
"""Before the key in a menu: Qt leaves the same few pixels between the longest words and their key at every text size."""


class _Now:
    """What holds on screen."""

    bound: Keys = {}


def default(action: Action) -> tuple[str, ...]:
    """Keys of a new installation."""
    return (*((action.shortcut,) if action.shortcut else ()), *action.also)


def bound(own: Keys) -> dict[str, tuple[str, ...]]:
    """Keys of every action, when the user set those of some; a key is of one action, and what the user set comes first."""
    taken: set[str] = set(RESERVED)
    found: dict[str, tuple[str, ...]] = {}
    for action in sorted(ACTIONS, key=lambda one: one.id not in own):
        wanted = own[action.id][:MOST] if action.id in own else default(action)
        kept = tuple(dict.fromkeys(key for key in wanted if key and key not in taken))
        taken.update(kept)
        found[action.id] = kept
    return found


def use(own: Keys) -> None:
    """Let these keys hold from now on."""
    _Now.bound = bound(own)


def of(action: str) -> tuple[str, ...]:
    """Keys of an action."""
    if not _Now.bound:
        use({})
    return _Now.bound.get(action, ())


def shown(action: str) -> str:
    """The first key of an action as the window writes it, "Ctrl O"; "" for none."""
    return written(of(action)[0]) if of(action) else ""


def written(key: str) -> str:
    """A key as the window writes it: "Ctrl Shift O"."""
    if key.endswith("+"):
        return " ".join([*(part for part in key[:-1].split("+") if part), "+"])
    return key.replace("+", " ")


def beside(words: str, key: str) -> str:
    """Words of a menu with what stands in the column at their right, a key as a rule; "" for nothing."""
    return f"{words}\t{GAP}{key}" if key else words


def holder(key: str, but: str = "") -> Action | None:
    """The action that has a key now, other than but."""
    if not _Now.bound:
        use({})
    found = next((id for id, keys in _Now.bound.items() if key in keys and id != but), None)
    return BY_ID[found] if found is not None else None


def rebound(own: Keys, action: str, wanted: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What the user set, with other keys of one action; another action that had one of them keeps the rest of its keys."""
    now = bound(own)
    changed = dict(own)
    for id, keys in now.items():
        if id != action and set(keys) & set(wanted):
            changed[id] = tuple(one for one in keys if one not in wanted)
    changed[action] = wanted
    return {id: keys for id, keys in changed.items() if id in BY_ID and keys != default(BY_ID[id])}
