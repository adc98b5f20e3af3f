"""The tree of areas: province → city → district → street → community → grid → micro-grid → building, side units."""
