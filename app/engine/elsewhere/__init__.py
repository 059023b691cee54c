"""Something made to run on another computer, one file for each way in which it is told (detection remote_execution)."""
