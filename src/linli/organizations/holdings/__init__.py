"""What this domain holds about people, a module for each part."""
