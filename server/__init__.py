"""The hub: one writer for one operation, its listener, and the drill runner. Nothing in `coordinator` imports this."""
