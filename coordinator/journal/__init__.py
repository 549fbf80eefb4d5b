"""Where entries are kept: the hub's journal, the client's replica and outbox, and the proof that they are whole."""
