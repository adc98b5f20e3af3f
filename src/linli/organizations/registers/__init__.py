"""The registers of this domain, a module each."""
