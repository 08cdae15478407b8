"""Reads a folder in the layout of MIMIC-IV into patients, stays, orders, tasks and their events."""
