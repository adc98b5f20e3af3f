"""Template tags of the kernel that a template loads by name."""
