"""Parts of the page of reports: the four reports in tables."""
