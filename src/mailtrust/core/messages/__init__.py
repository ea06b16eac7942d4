"""Words: what clients and engines say, and how to find in them a text that somebody has read on a screen.

The texts themselves stand with the profiles, in `core.clients`: verbatim, each with language and source. Two places in
them are open: `{host}`, the name that the client was told, and `{date}`, the day that a certificate ends or begins;
` / ` stands between lines that the client shows apart.
"""
