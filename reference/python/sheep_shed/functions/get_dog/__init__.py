"""GET /dog."""
