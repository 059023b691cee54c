"""Parts of the page of an entity: its head, its tabs, what stands in each."""
