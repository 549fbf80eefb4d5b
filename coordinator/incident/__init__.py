"""The pure core: what an operation is, and which entries follow from which commands. No I/O here."""
