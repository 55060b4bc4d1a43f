"""The Flyte 2 services of the embedded backend: what is recorded, kept and served."""
