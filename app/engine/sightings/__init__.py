"""What each detector could have seen at each controller in each hour, and what it is worth that it said nothing."""

from app.engine.sightings.evidence import Evidence, losses, timeline
from app.engine.sightings.spans import spans
from app.engine.sightings.statements import remedies, shares, statements

__all__ = ["Evidence", "losses", "remedies", "shares", "spans", "statements", "timeline"]
