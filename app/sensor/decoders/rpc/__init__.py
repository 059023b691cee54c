"""Stubs of remote procedure calls, from bytes to named facts: one file for each interface."""
