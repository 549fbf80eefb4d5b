"""The client's side of an operation: connect, resume, queue what is unsent, keep the log."""
