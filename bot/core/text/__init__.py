"""Every sentence that a person can read, by area: English in the code, other languages in `locale/`.

Functions take plain values and return what to say; constants are Phrases. bot/DESIGN.md tells how to add one.
"""
