"""The one table of what can be done: words, icon, keys, command."""

from typing import NamedTuple

from app.ui.catalogue import tr
from app.ui.page_table import PAGES


class Action(NamedTuple):
    """One thing the user can do; menus, keys and the palette are built from it.

    command: name of a method of app.ui.commands.Commands, or "page:NAME" for a method of the page on screen; an action of a page
    is enabled while the page on screen has that method. menu: title of the menu it stands in, "" for keys and palette only.
    needs: "" always, "case" while something was read, "reading" while inputs are being read. also: more keys that do the same.
    The keys here are those of a new installation; app.ui.keys knows what the user made of them.
    """

    id: str
    words: str
    icon: str
    shortcut: str
    command: str
    menu: str = ""
    needs: str = ""
    argument: str = ""
    also: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """Its words in the language on screen."""
        return tr(self.words)


ACTIONS: tuple[Action, ...] = (
    Action("open.files", "Open evidence…", "open", "Ctrl+O", "open_files", "File"),
    Action("open.folder", "Open a folder of evidence…", "open", "Ctrl+Shift+O", "open_folder", "File"),
    Action("source.add", "Add a live source…", "sensor", "", "add_source", "File"),
    Action("sensor.join", "Connect to a hub…", "link", "", "open_sensors", "File", argument="join"),
    Action("sensor.add", "Add a sensor…", "plus", "", "open_sensors", "File", argument="add"),
    Action("sensor.configure", "Set up the sensor", "settings", "", "page:configure_sensor"),
    Action("sensor.restart", "Restart the sensor", "restart", "", "page:restart_sensor"),
    Action("sensor.remove", "Remove the sensor…", "close", "", "page:remove_sensor"),
    Action("keys.use", "Use a keytab…", "proof", "", "use_keytabs", "File"),
    Action("open.sample", "Look at the sample case", "proof", "", "open_sample", "File"),
    Action("case.new", "New case", "plus", "Ctrl+N", "new_case", "File"),
    Action("case.open", "Open a case…", "reports", "", "open_case", "File"),
    Action("go.workspaces", "Workspaces…", "reports", "Ctrl+Shift+A", "go", "File", "", "workspaces"),
    Action("case.save", "Save workspace as…", "export", "Ctrl+Shift+S", "save_case", "File", "case"),
    Action("report.save", "Save report…", "reports", "Ctrl+S", "save_report", "File", "case"),
    Action(
        "activities.save", "Save all activities…", "export", "", "save_form", "File", "case", "xlsx csv jsonl timesketch pcapng"
    ),
    Action("alerts.save", "Save a workbook of suspicious activities…", "export", "", "save_form", "File", "case", "case-xlsx"),
    Action("stix.save", "Save as STIX 2.1…", "link", "", "save_form", "", "case", "stix"),
    Action("navigator.save", "Save an ATT&CK Navigator layer…", "coverage", "", "save_form", "", "case", "navigator"),
    Action("opengraph.save", "Save as BloodHound OpenGraph…", "graph", "", "save_form", "", "case", "opengraph"),
    Action("packets.save", "Save the packets of all activities…", "packet", "", "save_form", "", "case", "pcapng"),
    Action("activities.export", "Save the activities that match…", "export", "Ctrl+E", "page:export", "File", "case"),
    Action("copy.command", "Copy as command…", "link", "Ctrl+Shift+C", "copy_command", "File", "case"),
    Action("reading.cancel", "Stop reading", "stop", "", "cancel_reading", "File", "reading"),
    Action("reading.low", "Read at low priority, or at normal again", "pause", "", "toggle_low", "File"),
    Action("window.close", "Quit", "close", "Ctrl+Q", "close_window", "File"),
    Action("go.back", "Back", "back", "Alt+Left", "back", "Go"),
    Action("go.forward", "Forward", "forward", "Alt+Right", "forward", "Go"),
    Action("go.search", "Search or command", "search", "Ctrl+K", "search", "Go", also=("Ctrl+Shift+P",)),
    Action("tab.new", "This place in a new tab", "plus", "Ctrl+T", "new_tab", "Go"),
    Action("tab.close", "Close the tab", "close", "Ctrl+W", "close_tab", "Go"),
    Action("tab.tear", "Tab in a window of its own, or back", "apart", "Ctrl+Shift+T", "tear_tab", "Go"),
    Action("tab.next", "Next tab", "right", "Ctrl+PgDown", "step_tab", "Go", argument="1", also=("Ctrl+Tab",)),
    Action("tab.previous", "Previous tab", "back", "Ctrl+PgUp", "step_tab", "Go", argument="-1", also=("Ctrl+Shift+Tab",)),
    *(
        Action(
            f"go.{page.name}",
            f"Go to {page.words}",
            page.icon,
            f"Alt+{place}" if place < 10 else "",
            "go",
            "Go",
            argument=page.name,
        )
        for place, page in enumerate((one for one in PAGES if one.rail), 1)
    ),
    Action("go.compare", "Compare two spans or two cases", "columns", "", "go", "Go", "case", "compare"),
    Action("go.exclusions", "Go to Exclusions", "filter", "", "go", "Go", "case", "exclusions"),
    Action("go.history", "Go to History", "clock", "Ctrl+H", "go", "Go", "case", "history"),
    Action("go.jobs", "Go to Jobs", "jobs", "", "go", "Go", "", "jobs"),
    Action("go.problems", "Go to Problems", "problem", "", "go", "Go", "", "problems"),
    Action("around", "Around this moment", "clock", "A", "around", "Go", "case"),
    Action("undo", "Undo", "back", "Ctrl+Z", "undo", "Alert", "case"),
    Action("redo", "Do again", "forward", "Ctrl+Shift+Z", "redo", "Alert", "case", also=("Ctrl+Y",)),
    Action("detect", "Detect again", "overview", "F5", "detect", "File", "case"),
    Action("filter.focus", "Filter this page", "filter", "Ctrl+F", "page:focus_filter", "View", also=("Ctrl+L", "/")),
    Action("time.jump", "Go to a time or a row…", "clock", "Ctrl+G", "page:go_to_time", "View", "case"),
    Action("hit.next", "Next place or row that matches", "down", "F3", "page:next_hit", "View"),
    Action("hit.previous", "Place or row before that matches", "right", "Shift+F3", "page:previous_hit", "View"),
    Action("query.saved", "Saved queries", "pin", "Ctrl+D", "page:save_query", "View", "case"),
    Action("query.show", "Show what is asked, as SQL", "search", "", "page:show_query", "View", "case"),
    Action("query.sql", "SQL of your own", "search", "", "page:open_sql", "View", "case"),
    Action("query.rows", "Back to the rows", "activities", "", "page:show_rows", "View", "case"),
    Action("value.in", "Keep only what has this value", "filter", "F", "value", "", "case", "in"),
    Action("value.out", "Leave out what has this value", "minus", "Shift+F", "value", "", "case", "out"),
    Action("value.only", "Only this value, in a new tab", "plus", "", "value", "", "case", "only"),
    Action("value.count", "Count by this column", "more", "B", "value", "", "case", "count"),
    Action("value.entity", "Page of this entity", "entities", "", "value", "", "case", "entity"),
    Action("value.graph", "Show it in the graph", "graph", "", "value", "", "case", "graph"),
    Action("value.packet", "Show it among all activities", "packet", "", "value", "", "case", "packet"),
    Action("value.around.1", "One minute around this moment", "clock", "", "value", "", "case", "around.1"),
    Action("value.around.5", "Five minutes around this moment", "clock", "Ctrl+5", "value", "", "case", "around.5"),
    Action("value.around.30", "Half an hour around this moment", "clock", "", "value", "", "case", "around.30"),
    Action("value.timeline", "Show the moment on the timeline", "clock", "", "value", "", "case", "timeline"),
    Action("value.exclude", "Exclude from all detectors", "filter", "", "value", "", "case", "exclude"),
    Action("value.sensitive", "Tag as Sensitive", "pin", "", "value", "", "case", "tag.sensitive"),
    Action("value.honeytoken", "Tag as Honeytoken", "pin", "", "value", "", "case", "tag.honeytoken"),
    Action("value.star", "Mark with a star", "pin", "M", "value", "", "case", "tag.star"),
    Action("value.copy", "Copy the value", "export", "", "value", "", "case", "copy"),
    Action("value.row", "Copy the row", "export", "", "value", "", "case", "row"),
    Action("value.json", "Copy the row as JSON", "export", "", "value", "", "case", "json"),
    Action("value.query", "Copy as a query", "export", "", "value", "", "case", "query"),
    Action("row.next", "Next row", "down", "J", "page:next_row"),
    Action("row.previous", "Previous row", "right", "K", "page:previous_row"),
    Action("row.open", "Open what is selected", "right", "O", "page:open_row"),
    Action("lane.pin", "Pin the lane, or let it go", "pin", "P", "page:pin_lane", "View", "case"),
    Action("entity.card", "Show who or what is named here", "user", "Ctrl+I", "show_card", "View", "case"),
    Action("packet.follow", "Follow the conversation", "activities", "Ctrl+Shift+F", "page:follow_conversation", "View", "case"),
    Action(
        "packet.wireshark", "Open in Wireshark at this frame", "packet", "Ctrl+Shift+W", "page:open_in_wireshark", "View", "case"
    ),
    Action("entity.note", "Write a note of this alert or entity", "plus", "Ctrl+Alt+N", "page:write_note", "View", "case"),
    Action("inspect", "Show or hide the inspector", "pin", "Space", "toggle_inspector", "View"),
    Action("layout.triage", "Layout: Triage", "columns", "Ctrl+Alt+1", "use_layout", "View", argument="Triage"),
    Action("layout.packet", "Layout: Packet", "columns", "Ctrl+Alt+2", "use_layout", "View", argument="Packet"),
    Action("layout.graph", "Layout: Graph", "columns", "Ctrl+Alt+3", "use_layout", "View", argument="Graph"),
    Action("layout.save", "Keep the panes as a layout…", "columns", "", "save_layout", "View"),
    Action("pane.jobs", "Show or hide jobs below the page", "jobs", "Ctrl+J", "toggle_pane", "View", argument="jobs"),
    Action(
        "pane.problems",
        "Show or hide problems below the page",
        "problem",
        "Ctrl+Shift+M",
        "toggle_pane",
        "View",
        argument="problems",
    ),
    Action(
        "inspect.apart",
        "Inspector in a window of its own, or back",
        "apart",
        "Ctrl+Shift+I",
        "turn_pane",
        "View",
        argument="inspector",
    ),
    Action("alert.true", "Classify: true positive", "check", "1", "page:classify_true", "Alert", "case"),
    Action("alert.benign", "Classify: benign true positive", "check", "2", "page:classify_benign", "Alert", "case"),
    Action("alert.false", "Classify: false positive", "close", "3", "page:classify_false", "Alert", "case"),
    Action("alert.close", "Close the alert", "check", "4", "page:close_alert", "Alert", "case"),
    Action("alert.reopen", "Open the alert again", "alerts", "5", "page:reopen_alert", "Alert", "case"),
    Action("alert.proof", "Save proof…", "proof", "", "page:save_proof", "Alert", "case"),
    Action(
        "alert.suppress",
        "Suppress until seven quiet days have passed",
        "pause",
        "S",
        "page:suppress_alert",
        "Alert",
        "case",
        also=("6",),
    ),
    Action("alert.exclude", "Exclude a party of the alert…", "filter", "E", "page:exclude_party", "Alert", "case", also=("X",)),
    Action("alert.next", "Next alert of the list", "forward", "Shift+J", "page:next_alert", "Alert", "case"),
    Action("alert.previous", "Previous alert of the list", "back", "Shift+K", "page:previous_alert", "Alert", "case"),
    Action("alert.copy", "Copy the alert as text", "log", "Ctrl+Alt+C", "page:copy_text", "Alert", "case"),
    Action("alert.print", "Print the alert…", "reports", "Ctrl+P", "page:print_alert", "Alert", "case"),
    Action("alert.delete", "Delete the alert", "close", "Del", "page:delete_alert", "Alert", "case"),
    Action("health.suppress", "Suppress the health alert for seven days", "pause", "Shift+S", "page:suppress_issue", "Alert"),
    Action("health.close", "Close the health alert", "check", "Shift+D", "page:close_issue", "Alert"),
    Action("health.reopen", "Open the health alert again", "health", "Shift+O", "page:reopen_issue", "Alert"),
    Action("privacy", "Hide names, or show them", "proof", "", "toggle_privacy", "View"),
    Action("graph.node.page", "Open the page of the entity", "entities", "", "page:entity_page"),
    Action("graph.node.expand", "Expand what is chosen", "plus", "", "page:expand"),
    Action("graph.node.collapse", "Take an expansion back", "minus", "", "page:collapse"),
    Action("graph.node.list", "List what is in the group", "entities", "", "page:list_group"),
    Action("graph.node.pin", "Pin, or free what is pinned", "pin", "", "page:pin"),
    Action("graph.node.hide", "Hide what is chosen", "close", "", "page:hide_chosen"),
    Action("graph.node.only", "Keep only what is chosen", "filter", "", "page:keep_only"),
    Action("graph.node.neighbours", "Choose the neighbours as well", "graph", "", "page:choose_neighbours"),
    Action("graph.node.way", "Path between the two that are chosen", "paths", "", "page:way"),
    Action("graph.node.activities", "Open the activities of the entity", "activities", "", "page:open_activities"),
    Action("graph.node.start", "Begin the graph here", "graph", "", "page:graph_entity"),
    Action("graph.all.hidden", "Show what was hidden", "check", "", "page:show_hidden"),
    Action("graph.all.edges", "Show or hide the list of edges", "columns", "", "page:toggle_edges"),
    Action("graph.all.query", "Edit the query behind the picture", "search", "Ctrl+Shift+L", "page:edit_query"),
    Action("graph.all.play", "Play the time of the picture", "right", "", "page:play"),
    Action("graph.all.whole", "Draw the whole case", "graph", "", "page:whole_case"),
    Action("graph.save.keep", "Keep the picture in the case…", "pin", "", "page:keep_picture", needs="case"),
    Action("graph.save.copy", "Copy the picture", "export", "", "page:copy_picture"),
    Action("graph.save.svg", "Save the picture as SVG…", "export", "", "page:save_picture", argument="svg"),
    Action("graph.save.png", "Save the picture as PNG…", "export", "", "page:save_picture", argument="png"),
    Action("graph.save.graphml", "Save the picture as GraphML…", "export", "", "page:save_picture", argument="graphml"),
    Action("paths.turn", "Paths to the sensitive, or from an account", "paths", "T", "page:turn_paths"),
    Action("paths.date", "Paths as of another date…", "clock", "D", "page:ask_date"),
    Action("paths.change", "What to change so that paths end", "check", "", "page:show_changes"),
    Action("paths.save.csv", "Save the paths as CSV…", "export", "", "page:save_paths", argument="csv"),
    Action("paths.save.svg", "Save the drawing of paths as SVG…", "export", "", "page:save_paths", argument="svg"),
    Action("paths.save.png", "Save the drawing of paths as PNG…", "export", "", "page:save_paths", argument="png"),
    Action("theme.system", "Theme: as the system", "settings", "", "set_theme", "View", argument="system"),
    Action("theme.dark", "Theme: dark", "settings", "", "set_theme", "View", argument="dark"),
    Action("theme.light", "Theme: light", "settings", "", "set_theme", "View", argument="light"),
    Action("theme.contrast", "Theme: high contrast", "settings", "", "set_theme", "View", argument="contrast"),
    Action("zoom.in", "Larger words", "plus", "Ctrl+=", "zoom_in", "View", also=("Ctrl++",)),
    Action("zoom.out", "Smaller words", "minus", "Ctrl+-", "zoom_out", "View"),
    Action("zoom.reset", "Words of normal size", "fit", "Ctrl+0", "zoom_reset", "View"),
    Action("notifications", "Notifications: who is told", "export", "", "go", "", argument="settings/notifications"),
    Action("settings", "Settings", "settings", "Ctrl+,", "go", "View", argument="settings"),
    Action("help.page", "Help on this page", "more", "F1", "help_on_page", "Help"),
    Action("help", "Help", "more", "", "go", "Help", argument="help"),
    Action("help.filters", "The language of filters", "filter", "", "help_article", "Help", argument="query"),
    Action("help.glossary", "Glossary", "more", "", "help_article", "Help", argument="glossary"),
    Action("help.tour", "Tour of the window", "right", "", "show_tour", "Help"),
    Action("update.check", "Check for updates…", "restart", "", "go", "Help", argument="settings/updates"),
    Action("help.keys", "Keys of this page", "more", "?", "show_keys", "Help"),
    Action("help.about", "About, and licences", "more", "", "go", "Help", argument="about"),
)
BY_ID: dict[str, Action] = {one.id: one for one in ACTIONS}
MENUS: tuple[str, ...] = ("File", "Go", "Alert", "View", "Help")
CONTEXTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "value": (
        ("value.in", "value.out", "value.only", "value.count"),
        ("value.entity", "value.graph", "value.packet"),
        ("value.around.1", "value.around.5", "value.around.30", "value.timeline"),
        ("value.sensitive", "value.honeytoken", "value.star", "value.exclude"),
        ("value.copy", "value.row", "value.json", "value.query"),
    ),
    "health": (("row.open",), ("health.close", "health.suppress", "health.reopen"), ("undo",)),
    "alert": (
        ("row.open",),
        ("alert.close", "alert.suppress", "alert.reopen"),
        ("alert.true", "alert.benign", "alert.false"),
        ("alert.exclude", "alert.proof", "alert.delete"),
        ("copy.command",),
    ),
}
"""What is right-clicked to the ids of what can be done with it, in groups; app.ui.context_menu makes the menu."""
FIXED: tuple[tuple[str, str], ...] = (
    ("Enter", "Open what is selected"),
    ("Esc", "Close what is open, let go of what was chosen"),
    ("Tab", "Next part of the page"),
    ("Shift+Tab", "The part before"),
    ("Up", "The row before"),
    ("Down", "The next row"),
)
"""Keys that mean the same everywhere and cannot be given to anything else."""
