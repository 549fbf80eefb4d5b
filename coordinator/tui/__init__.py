"""The terminal interface: immutable views in, commands out. Keyboard only, 80×24, never colour alone."""
