"""Frames and bytes: what hub and client say to each other, its limits and its text. No sockets here."""
