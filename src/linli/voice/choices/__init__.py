"""What may be said, and the loop of a report."""
