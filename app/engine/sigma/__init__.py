"""Sigma rules over stored Windows events: pySigma reads the rules, a small evaluator of ours runs them."""

from app.engine.sigma.rules import Rules, load_rules, load_text
from app.engine.sigma.run import run

__all__ = ["Rules", "load_rules", "load_text", "run"]
