"""GET /cat."""
