"""Names on a hub: subjects, streams, and what each key may do with them (NATS documentation, "Authorization").

Every workspace is an account of its own, so no name says which workspace it is of, and no key reaches another one's.
"""

from typing import NamedTuple

ACTIVITIES = "ACTIVITIES"
"""The stream that keeps the messages of all sensors until they are too old or too many."""
STATUS = "STATUS"
"""The stream that keeps the last report of each sensor."""
CONFIG = "config"
"""The key-value bucket of configurations: a key for each sensor, with its history; and for each domain's synchronizer."""


def activities(sensor: str) -> str:
    """Subject of the messages of a sensor's outbox."""
    return f"act.{sensor}"


EVERY_ACTIVITY, EVERY_STATUS = "act.*", "status.*"
"""What the streams take in."""


def status(sensor: str) -> str:
    """Subject of a sensor's reports (app.model.sensor.SensorReport as JSON); the last one is kept."""
    return f"status.{sensor}"


def ask(sensor: str) -> str:
    """Subject on which a sensor answers: packets of its activities, restart."""
    return f"ask.{sensor}"


def config_of(sensor: str) -> str:
    """Key of a sensor's configuration in the bucket."""
    return f"sensor.{sensor}"


def synchronizer_of(domain: str) -> str:
    """Key in the bucket that says which sensor synchronises a domain; dots of the name become underlines."""
    return f"domain.{domain.lower().replace('.', '_')}"


def inbox(id: str) -> str:
    """Prefix of the subjects on which one user gets its answers, so that nobody can listen to another's."""
    return f"_INBOX_{id}"


class Permissions(NamedTuple):
    """Subjects that a key may publish to and subscribe to. answers: it may answer what it is asked, once each, wherever to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    answers: bool = False


def of_sensor(sensor: str) -> Permissions:
    """A sensor writes its own activities and reports, answers questions, reads its own configuration and the synchronizers."""
    direct = f"$JS.API.DIRECT.GET.KV_{CONFIG}.$KV.{CONFIG}"
    return Permissions(
        publish=(activities(sensor), status(sensor), f"{direct}.{config_of(sensor)}", f"{direct}.domain.>"),
        subscribe=(ask(sensor), f"$KV.{CONFIG}.{config_of(sensor)}", f"$KV.{CONFIG}.domain.>", f"{inbox(sensor)}.>"),
        answers=True,
    )


def of_analyst(analyst: str) -> Permissions:
    """An analyst reads everything of his workspace, asks and configures its sensors; he can neither write nor remove activities.

    He may make consumers of the activities, and of nothing else: the bucket and the reports are read directly.
    """
    consumer = "$JS.API.CONSUMER"
    return Permissions(
        publish=(
            "$JS.API.INFO",
            "$JS.API.STREAM.INFO.*",
            "$JS.API.STREAM.NAMES",
            "$JS.API.DIRECT.GET.>",
            f"{consumer}.INFO.{ACTIVITIES}.*",
            f"{consumer}.LIST.{ACTIVITIES}",
            f"{consumer}.CREATE.{ACTIVITIES}.>",
            f"{consumer}.DURABLE.CREATE.{ACTIVITIES}.*",
            f"{consumer}.DELETE.{ACTIVITIES}.*",
            f"{consumer}.MSG.NEXT.{ACTIVITIES}.*",
            "$JS.ACK.>",
            "ask.*",
            f"$KV.{CONFIG}.>",
        ),
        subscribe=("status.*", f"$KV.{CONFIG}.>", f"{inbox(analyst)}.>"),
    )


def of_administrator() -> Permissions:
    """Whoever runs the hub makes and removes the streams of a workspace."""
    return Permissions(publish=(">",), subscribe=(">",))
