"""The sections of the settings page, one line each, in their order."""

from typing import NamedTuple


class SectionEntry(NamedTuple):
    """word: in routes. place: "module:class", imported when first shown. case: about the open case, not the program."""

    word: str
    title: str
    icon: str
    place: str
    case: bool = False


SECTIONS: tuple[SectionEntry, ...] = (
    SectionEntry("appearance", "Appearance", "overview", "app.ui.settings.appearance:Appearance"),
    SectionEntry("time", "Time", "clock", "app.ui.settings.clock:Clock"),
    SectionEntry("keys", "Keys", "more", "app.ui.settings.bindings:Bindings"),
    SectionEntry("evidence", "Evidence", "packet", "app.ui.settings.evidence:EvidenceSettings"),
    SectionEntry("privacy", "Privacy", "proof", "app.ui.settings.privacy:Privacy"),
    SectionEntry("updates", "Updates", "restart", "app.ui.settings.updates:UpdateSettings"),
    SectionEntry("keeping", "Workspace", "sources", "app.ui.settings.keeping:Keeping", case=True),
    SectionEntry("detectors", "Detectors", "sensor", "app.ui.settings.detectors:Detectors", case=True),
    SectionEntry("tags", "Tags", "pin", "app.ui.settings.tags:Tags", case=True),
    SectionEntry("notifications", "Notifications", "export", "app.ui.settings.notifications:Notifications", case=True),
    SectionEntry("exclusions", "Exclusions", "filter", "app.ui.settings.exclusions:ExclusionSettings", case=True),
)
BY_WORD: dict[str, SectionEntry] = {one.word: one for one in SECTIONS}
