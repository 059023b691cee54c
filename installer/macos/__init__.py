"""What the macOS application is made of."""
