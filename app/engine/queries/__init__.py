"""What views and commands ask of a workspace; every answer is a plain value."""

from app.engine.queries.queries import Queries

__all__ = ["Queries"]
