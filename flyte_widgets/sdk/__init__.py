"""The one adapter to the Flyte SDK: no other room touches its private names."""
