"""What changes reports, matters and the list of who does what."""
