"""What the Windows installer is made of."""
