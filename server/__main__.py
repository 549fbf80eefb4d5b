"""`python -m server` is `coordinator-hub`."""

from server.cli import main

main()
