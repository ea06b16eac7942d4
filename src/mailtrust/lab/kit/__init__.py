"""The case kit: what settles docs/unconfirmed.md with a real phone, Mac or Outlook.

`cases` is the list; `bench` serves them where a device can reach them, `site` is its page, `prediction` asks the
profiles, `sheet` makes the list that a person works through and sends back.
"""
