"""What each list on a screen says, as data: pure functions from a View to rows."""
