"""Proof bundles: one alert with its packets and records, made from a workspace and run again anywhere."""

from app.proof.archive import Unusable
from app.proof.making import Made, NotProven, make_proof
from app.proof.replaying import Outcome, replay

__all__ = ["Made", "NotProven", "Outcome", "Unusable", "make_proof", "replay"]
