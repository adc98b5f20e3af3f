"""Taking a filter along as a file: exactly its records, what the reader may see of them, in flat memory."""
