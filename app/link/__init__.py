"""How a batch of activities crosses from a sensor to the workspace."""
