"""What the templates of mediation ask."""
