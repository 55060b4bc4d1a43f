"""What makers of this package run by hand."""
