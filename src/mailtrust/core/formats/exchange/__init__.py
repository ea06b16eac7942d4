"""What an administrator exports from Exchange, to values and back: one file per form."""
