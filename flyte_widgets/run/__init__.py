"""What is known of a run: pure, no I/O, no threads."""
