"""Sigma rules over events."""
