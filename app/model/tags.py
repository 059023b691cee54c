"""The tags that alerts follow, by the words in which they are kept and shown."""

SENSITIVE = "Sensitive"
"""An account, computer or group that can reach the whole domain."""
HONEYTOKEN = "Honeytoken"
"""An account or computer that nobody has a reason to use."""
KNOWN_BAD = "Known bad"
"""A DNS domain that nobody should ask for; nobody but an analyst gives it."""
