"""The four functions; each has a portable `run` and the handler that Lambda calls."""
