"""A Samba domain controller that a test starts."""
