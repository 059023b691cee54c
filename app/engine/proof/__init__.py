"""What of a workspace makes a detector state one alert again, and whether it did."""
