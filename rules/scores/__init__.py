"""Published scores: each module one score with its table, its source and its guards.

`news2(News2Inputs(...)) -> News2Result`, and so on. The functions are pure: no clock, no file but
the knowledge they carry, no rounding. `lines.py` is the command `wardloop score`.
"""
