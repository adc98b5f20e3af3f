"""What is read of reports and matters."""
