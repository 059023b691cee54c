"""Wardlight: who attacked which identity in an Active Directory domain, how, and the packets that prove it."""

__version__ = "0.1.0"
