"""Coverage by controller and hour."""
