"""Coordinator: command centres work one emergency together, from the terminal."""

__version__ = "0.1.0"
