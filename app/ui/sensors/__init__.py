"""The page of sensors, part by part: list, live picture, configuration, how sensors join."""
