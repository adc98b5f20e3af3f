"""What is read of organizations, a module for each part."""
