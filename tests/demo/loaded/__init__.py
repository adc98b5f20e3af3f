"""Tests that look at the loaded district; it is loaded once for all of them."""
