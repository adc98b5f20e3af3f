"""The step forms of the loops, a module each."""
