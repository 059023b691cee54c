"""How the window stood: tabs, panes, layouts, for each workspace; one file beside the settings that is safe to delete."""

from pathlib import Path
from typing import Annotated

import msgspec

from app.paths import settings_folder

VERSION = 1
"""A file of another version is not read: everything stands as at first."""
CASES, LAYOUTS, TABS, ROUTES, LOOKS, PAIRS, RECENT = 24, 24, 20, 12, 200, 40, 30
"""At most so many workspaces, layouts, tabs, routes of a tab, looks of pages, pairs of a route, things chosen last."""
Short = Annotated[str, msgspec.Meta(max_length=200)]
Text = Annotated[str, msgspec.Meta(max_length=20_000)]


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A route: page, key, pairs of its view."""

    page: Short
    key: Text = ""
    view: Annotated[tuple[tuple[Short, Text], ...], msgspec.Meta(max_length=PAIRS)] = ()


class TabWay(msgspec.Struct, frozen=True, kw_only=True):
    """A tab: its way, where on it it stands; geometry of its window as Qt writes it, base64, when it has one of its own."""

    way: Annotated[tuple[Place, ...], msgspec.Meta(max_length=ROUTES)] = ()
    position: int = 0
    geometry: Text = ""


class Panes(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around the page. state: as Qt writes it, base64; inspector: whether it is beside the pages that want it.

    page: of a layout, the page that it is for.
    """

    state: Text = ""
    inspector: bool = True
    page: Short = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One workspace. pinned: what the inspector was told to keep. looks: what pages keep of themselves, as splitters."""

    tabs: Annotated[tuple[TabWay, ...], msgspec.Meta(max_length=TABS)] = ()
    current: int = 0
    panes: Panes = Panes()
    pinned: Place | None = None
    looks: Annotated[dict[Short, Text], msgspec.Meta(max_length=LOOKS)] = {}


class Chosen(msgspec.Struct, frozen=True, array_like=True):
    """What was chosen in the palette. kind: "action" (page: its id) or "place" (a route). case: of the workspace it is in."""

    kind: Short
    page: Short
    key: Text = ""
    view: Annotated[tuple[tuple[Short, Text], ...], msgspec.Meta(max_length=PAIRS)] = ()
    words: Short = ""
    sign: Short = ""
    case: str = ""


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """Everything. cases: by path of the workspace, the latest last. layouts: panes that the user gave a name.

    last: the workspace that was open when the window was last seen, "" for none. recent: chosen in the palette, newest first.
    """

    version: int = VERSION
    cases: dict[str, Standing] = {}
    layouts: dict[Short, Panes] = {}
    last: str = ""
    recent: Annotated[tuple[Chosen, ...], msgspec.Meta(max_length=RECENT)] = ()


def load(folder: Path | None = None) -> Arrangement:
    """The arrangement kept in the folder; the first one when there is none, or it is damaged or of another version."""
    try:
        found = msgspec.json.decode(_file(folder).read_bytes(), type=Arrangement)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Arrangement()
    return found if found.version == VERSION else Arrangement()


def save(arrangement: Arrangement, folder: Path | None = None) -> None:
    """Write it, whole or not at all; raises OSError when the folder or what is said cannot be written."""
    path = _file(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    try:
        temporary.write_bytes(msgspec.json.encode(arrangement))
    except UnicodeEncodeError as error:  # a name that is no text, which evidence may hold
        raise OSError("a name in it is no text") from error
    temporary.replace(path)


def with_case(arrangement: Arrangement, case: str, standing: Standing) -> Arrangement:
    """The same with how one workspace stands now; the oldest give way."""
    others = {one: stood for one, stood in arrangement.cases.items() if one != case}
    kept = dict(list(others.items())[-(CASES - 1) :])
    return msgspec.structs.replace(arrangement, cases={**kept, case: standing})


def with_layout(arrangement: Arrangement, name: str, panes: Panes | None) -> Arrangement:
    """The same with a layout under this name, or (None) without it."""
    others = {one: held for one, held in arrangement.layouts.items() if one != name}
    if panes is not None:
        others = {**dict(list(others.items())[-(LAYOUTS - 1) :]), name: panes}
    return msgspec.structs.replace(arrangement, layouts=others)


def with_chosen(arrangement: Arrangement, chosen: Chosen) -> Arrangement:
    """The same with what was chosen now at the head."""
    others = tuple(one for one in arrangement.recent if one != chosen)
    return msgspec.structs.replace(arrangement, recent=(chosen, *others)[:RECENT])


def _file(folder: Path | None) -> Path:
    return (folder or settings_folder()) / "arrangement.json"
