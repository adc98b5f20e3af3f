"""Pages of figures, boards and the big screen."""
