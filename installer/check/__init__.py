"""Trials of what was built, on this machine or on a clean system."""
