"""What several clients share: an engine's way to judge, its words, and where they were read; one file per engine.

An engine is a ClientProfile without an owner: a client takes it with `dataclasses.replace`, names itself, and says
what its own program adds. The id of an engine is never shown and never found by `client_by_id`.
"""
