"""What `bench/kills.py` is made of: a Linli to kill, people at work, what they were told, what must be true."""
