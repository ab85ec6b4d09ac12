"""POST /sheep/{tattoo}."""
