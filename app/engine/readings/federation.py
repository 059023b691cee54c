"""Which computers run AD FS."""

from app.engine.context import Context
from app.model.entity import EntityRef

ROLE = "AD FS"


def federates(computer: EntityRef, ctx: Context) -> bool:
    """True for a computer that is known as a federation server: by its own log, or because the analyst says so."""
    said = ctx.tags.get(computer.key, {}).get(ROLE)
    if said is not None:
        return said
    return computer.key.startswith("computer:") and ROLE in ctx.knowledge.serves(computer.key.partition(":")[2])
