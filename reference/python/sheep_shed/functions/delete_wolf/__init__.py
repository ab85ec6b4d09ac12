"""DELETE /wolf."""
