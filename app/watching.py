"""Following a hub means watching over the synchronizers of its domains and fetching packets of alerts: rounds now and then."""

from pathlib import Path

from app.engine.assigning import Assigning
from app.engine.queries import Queries
from app.engine.store.changing import user
from app.fetching import Fetching
from app.link.jetstream import Link
from app.model.rows import Problem
from app.model.source import HubSource
from app.sensor.sources.hub import place_of


class Watching:
    """From now until close(); a step never waits. Raises Cannot when the place of the hub cannot be had."""

    def __init__(self, spec: HubSource, workspace: Path) -> None:
        self._link = Link(place_of(spec))
        self._queries = Queries(workspace)
        self.fetching = Fetching(self._link, self._queries, workspace)
        self.assigning = Assigning(self._link, self._queries.sensors, user())

    def step(self) -> None:
        """Begin a round when it is time."""
        self.assigning.step()
        self.fetching.step()

    def problems(self) -> tuple[Problem, ...]:
        """What its last rounds could not do."""
        rounds = (
            ("the synchronizers of domains are not assigned: ", self.assigning.error),
            ("packets of alerts are not fetched: ", self.fetching.error),
        )
        return tuple(Problem(what=f"{what}{error[:300]}") for what, error in rounds if error)

    def close(self) -> None:
        """Watch no more."""
        self.fetching.close()
        self.assigning.close()
        self._link.close()
        self._queries.close()
