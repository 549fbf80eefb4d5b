"""The terminal interface: immutable views in, commands out. Keyboard only, 80x24, never colour alone."""
