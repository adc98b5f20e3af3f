"""What the pages and the steps ask."""
