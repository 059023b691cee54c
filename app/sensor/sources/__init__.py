"""Where raw material comes from, with its time and its locator."""
