"""The clinical checks that loop files name: pure functions of what a record would mean."""
