"""Edges, cuts and what is missing, in words."""

from datetime import UTC, datetime

from app.engine.paths.arcs import Arc
from app.engine.paths.rights import EVERYBODY_KEY, REMOTE_WORDS, WORDS
from app.model.counting import counted
from app.model.entity import EntityRef
from app.model.paths import PathCoverage, PathEdge

LEFT = {
    "HasSession": "session listed", "interactive": "signed in there", "unlock": "unlocked it",
    "cached": "signed in there, offline", "remote interactive": "signed in there by remote desktop",
    "batch": "a scheduled task ran as it", "service": "a service runs as it",
    "explicit credentials": "its password was given there", "session listed": "a file server had a session from there",
    "user listed": "listed as signed in there", "authenticated from there": "authenticated from there",
    "ticket-granting ticket asked for there": "asked for a ticket-granting ticket from there",
    "tickets asked for there (log)": "asked for tickets from there",
}  # fmt: skip
"""Right of a session to what shows that the credentials lay there."""
USED = {
    "administrative share": "opened an administrative share", "service or task": "made or started a service or task",
    "special privileges": "signed in with an administrator's privileges", "remote desktop": "signed in by remote desktop",
}  # fmt: skip


def day(at: int) -> str:
    """Day of a time in UTC microseconds; empty for what is no time of a calendar."""
    try:
        return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m-%d") if at > 0 else ""
    except (OverflowError, OSError, ValueError):
        return ""


def told(arc: Arc) -> str:
    """Who says that an arc is there, in one line: "local administrator, by SharpHound of 2024-03-05"."""
    by = f", by {arc.how}" + (f" of {day(arc.first)}" if day(arc.first) else "") if arc.how and not arc.seen else ""
    if arc.target == EVERYBODY_KEY and not arc.proof:
        return "every account is"
    if arc.kind == "member":
        return f"member{by}"
    if arc.kind == "session":
        source = f", by {arc.how} of {day(arc.first)}" if arc.right == "HasSession" and arc.how else ""
        return LEFT.get(arc.right, arc.right) + source
    if arc.right in USED:
        return USED[arc.right]
    if arc.kind == "admin":
        return f"local administrator{by}"
    if arc.kind == "remote":
        return f"allowed {REMOTE_WORDS.get(arc.right, arc.right)}{by}"
    return f"{WORDS.get(arc.right, WORDS['owner'] if arc.right == 'Owns' else arc.right)}{by}"


def cut(edge: PathEdge) -> str:
    """What to do so that an edge is gone."""
    origin, target = edge.origin.label, edge.target.label
    if edge.kind == "member":
        return f"Take {origin} out of the group {target}"
    if edge.kind == "admin":
        return (
            f"Take the rights of an administrator on {target} from {origin}"
            if edge.seen
            else f"Take {_named(edge.origin)} out of the administrators of {target}"
        )
    if edge.kind == "remote":
        return f"Take {REMOTE_WORDS.get(edge.right, edge.right)} on {target} from {_named(edge.origin)}"
    if edge.kind == "session":
        return f"Sign {target} out of {origin}, and keep its credentials off it"
    return f"Take from {_named(edge.origin)} its right over {target} ({edge.right})"


def _named(ref: EntityRef) -> str:
    return f"the group {ref.label}" if ref.kind == "group" else ref.label


def missing(found: PathCoverage, groups: int, flows: int) -> tuple[tuple[str, str], ...]:
    """(what is not known, how to get it), the worst first. groups: memberships known; flows: credentials seen in use."""
    out = []
    if not found.with_admins:
        out.append((
            "No computer's local administrators are known.",
            "Add a SharpHound collection (its computers file), the Security log of the computers (4732, 4672, 5140), or"
            " captures in which SAM-R lists the group Administrators.",
        ))  # fmt: skip
    elif found.with_admins < found.computers:
        rest = found.computers - found.with_admins
        out.append((
            f"Local administrators are known of {found.with_admins:,} of {counted(found.computers, 'computer')}; {rest:,} may"
            " hide paths.",
            "Collect them with SharpHound where the computers could not be reached, or add their Security logs.",
        ))  # fmt: skip
    if not groups:
        out.append((
            "No group memberships are known.",
            "Add the directory: an LDIF export, a SharpHound collection, or synchronise it on the Sources page.",
        ))  # fmt: skip
    if not found.with_sessions:
        out.append((
            "Nobody's credentials were seen on any computer.",
            "Add captures of the controllers, their Security logs (4768, 4769), those of the computers (4624), or a SharpHound"
            " collection with sessions.",
        ))  # fmt: skip
    elif not flows:
        out.append((
            "Sessions are known from a collection only, as of its moment.",
            "Add captures or Security logs of the controllers: they show which credentials were used from where, and when.",
        ))  # fmt: skip
    return tuple(out)
