"""Kinds, states and the loop of mediation, a module for the network and one for cases."""
