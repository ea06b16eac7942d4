"""The candidates that clients have in common: where settings may be had, and what is met there."""
