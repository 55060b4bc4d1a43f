"""Fixtures that more than one kind of test needs."""
