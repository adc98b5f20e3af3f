"""Kinds, states and loops of organizations, a module each."""
