"""Simulated runs: planned as data, played in scaled time."""
