"""Coordinator: command centres work one emergency together, from the terminal."""
