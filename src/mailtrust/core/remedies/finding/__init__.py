"""The least cure for clients that do not find their server, or are warned on the way: walked before it is told."""
