"""The use cases: what a person, a device or another system can do. One file per noun.

Each begins with `authorise(actor, use_case)`, is one transaction, and returns `Changes`. Given the
same command id twice, the second changes nothing.
"""
