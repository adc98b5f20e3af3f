"""What changes: the roll-ups with their triggers, and the boards."""
