"""What is taken over from workbooks, a module each."""
