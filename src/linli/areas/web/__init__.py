"""Public pages of areas: shapes for the map and choices for pickers."""
