"""Changes of the directory: one reading of what packets, logs and a synchronisation tell."""

from app.engine.changes.change import (
    CONTROL,
    DESCRIPTOR,
    PASSWORD,
    SAM_NAME,
    SERVICES,
    Change,
    common_name,
    gained,
    number,
)
from app.engine.changes.logs import is_removal
from app.engine.changes.reading import (
    WRITTEN_OBJECTS,
    actor_of,
    by_controller,
    changes_of,
    is_administrator,
    is_routine,
    is_sensitive_object,
    itself,
    knows_administrators,
    object_of,
)

__all__ = [
    "CONTROL", "DESCRIPTOR", "PASSWORD", "SAM_NAME", "SERVICES", "WRITTEN_OBJECTS", "Change", "actor_of", "by_controller",
    "changes_of", "common_name", "gained", "is_administrator", "is_removal", "is_routine", "is_sensitive_object", "itself",
    "knows_administrators", "number", "object_of",
]  # fmt: skip
