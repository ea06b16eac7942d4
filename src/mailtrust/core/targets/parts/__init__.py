"""What products share: the facts that steps are made from, and the steps that are the same everywhere."""
