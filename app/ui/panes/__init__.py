"""What is shown both on a page and in a pane beside any page: jobs, problems."""
