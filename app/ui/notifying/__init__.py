"""Parts of the settings of notifications: forms of destinations, the panel they stand in."""
