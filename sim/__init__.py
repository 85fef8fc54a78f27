"""gapsim."""
