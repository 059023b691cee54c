"""What the page of workspaces is made of: its lists, and what is done with one workspace."""
