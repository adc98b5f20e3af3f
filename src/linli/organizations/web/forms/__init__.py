"""The forms, a module for each part."""
