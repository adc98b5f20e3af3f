"""Who may, a module for each part."""
