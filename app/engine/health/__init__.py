"""Health: which alerts there are, what raises them, how they begin and end."""

from app.engine.health.catalogue import RULES

__all__ = ["RULES"]
