"""Stubs of remote procedure calls: one file for each interface, bytes of request and reply to named facts."""
