"""The judge run over time: which client breaks on which day and why, what heals, what the next certificate may be.

Start reading at `forecast.py`. What no judge can compute (what CAs will issue, what programmes have announced) stands
as data with its source: `departures` (roots that leave a store), `lifetimes` (what may be issued), `old_devices`
(stores that no longer grow) and `notices/` (dated events).
"""
