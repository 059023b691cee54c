"""The pages of the window, one line each.

To add a page: write one class that inherits app.ui.page.Page in one file of app/ui/pages, then add one line here. A page that is
not on the rail is reached by its route only. Routes: "alert" (key: its id), "activities" (key: id of an activity to choose; view
"filter": text), "entity" (key: EntityRef.key), "graph" (key: EntityRef.key, "*" for the whole case;
view "filter": whose parties are drawn), "coverage" (key: detector), "incident" (key: its id,
or that of an alert of it), "exclusions" (key: id of an alert to exclude a party of), "history" (key: what it is about),
"workspaces" (key: "bin" for deleted ones), "settings" (key: word of a section),
"sensors" (key: id of a sensor, "" for that of this window, "join", "add"; view "tab"),
"help" (key: of an article), "about" (key: name of a part; view "find"), "health" (key: its id; view "state", "severity", "text"),
"paths" (key: EntityRef.key; view "way": "from" for paths that begin there), "tickets" (key: id of a ticket; view "account":
EntityRef.key, "activity": id), "timeline" (view "at": UTC microseconds, "minutes"; "alert", "incident": id; "lanes", "pins",
"from", "to").
"""

from typing import NamedTuple

from app.ui.catalogue import tr


class PageEntry(NamedTuple):
    """name: word of its routes. place: "module:class", imported when first shown. above: rail item of a page without one."""

    name: str
    words: str
    icon: str
    place: str
    rail: bool = True
    needs_case: bool = True
    above: str = ""

    @property
    def said(self) -> str:
        """Its words in the language on screen."""
        return tr(self.words)


PAGES: tuple[PageEntry, ...] = (
    PageEntry("overview", "Overview", "overview", "app.ui.pages.overview:OverviewPage"),
    PageEntry("alerts", "Alerts", "alerts", "app.ui.pages.alerts:AlertsPage"),
    PageEntry("alert", "Alert", "alerts", "app.ui.pages.alert:AlertPage", rail=False, above="alerts"),
    PageEntry("incident", "Incident", "link", "app.ui.pages.incident:IncidentPage", rail=False, above="alerts"),
    PageEntry("exclusions", "Exclusions", "filter", "app.ui.pages.exclusions:ExclusionsPage", rail=False, above="alerts"),
    PageEntry("history", "History", "clock", "app.ui.pages.history:HistoryPage", rail=False, above="alerts"),
    PageEntry("timeline", "Timeline", "clock", "app.ui.pages.timeline:TimelinePage"),
    PageEntry("activities", "Activities", "activities", "app.ui.pages.activities:ActivitiesPage"),
    PageEntry("entities", "Entities", "entities", "app.ui.pages.entities:EntitiesPage"),
    PageEntry("entity", "Entity", "entities", "app.ui.pages.entity:EntityPage", rail=False, above="entities"),
    PageEntry("graph", "Graph", "graph", "app.ui.pages.graph:GraphPage"),
    PageEntry("paths", "Paths", "paths", "app.ui.pages.paths:PathsPage"),
    PageEntry("tickets", "Tickets", "tickets", "app.ui.pages.tickets:TicketsPage"),
    PageEntry("compare", "Compare", "columns", "app.ui.pages.compare:ComparePage", rail=False, above="activities"),
    PageEntry("coverage", "Coverage", "coverage", "app.ui.pages.coverage:CoveragePage"),
    PageEntry("sensors", "Sensors", "sensor", "app.ui.pages.sensors:SensorsPage", needs_case=False),
    PageEntry("sources", "Sources", "sources", "app.ui.pages.sources:SourcesPage", needs_case=False),
    PageEntry("health", "Health", "health", "app.ui.pages.health:HealthPage", needs_case=False),
    PageEntry("reports", "Reports", "reports", "app.ui.pages.reports:ReportsPage"),
    PageEntry(
        "workspaces",
        "Workspaces",
        "reports",
        "app.ui.pages.workspaces:WorkspacesPage",
        rail=False,
        needs_case=False,
        above="sources",
    ),
    PageEntry("settings", "Settings", "settings", "app.ui.pages.settings:SettingsPage", rail=False, needs_case=False),
    PageEntry("help", "Help", "more", "app.ui.pages.help:HelpPage", rail=False, needs_case=False),
    PageEntry("about", "About", "more", "app.ui.pages.about:AboutPage", rail=False, needs_case=False),
    PageEntry("jobs", "Jobs", "jobs", "app.ui.pages.jobs:JobsPage", rail=False, needs_case=False, above="sources"),
    PageEntry(
        "problems", "Problems", "problem", "app.ui.pages.problems:ProblemsPage", rail=False, needs_case=False, above="sources"
    ),
    PageEntry("start", "No case", "overview", "app.ui.pages.start:StartPage", rail=False, needs_case=False, above="overview"),
)
BY_NAME: dict[str, PageEntry] = {one.name: one for one in PAGES}
