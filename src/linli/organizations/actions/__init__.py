"""Everything that changes organizations: applications, amendments, the register."""
