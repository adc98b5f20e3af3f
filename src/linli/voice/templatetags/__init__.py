"""What templates of reports need."""
