"""Everything that changes the network and the cases."""
