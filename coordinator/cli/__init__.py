"""The command line of operators and reviewers."""
