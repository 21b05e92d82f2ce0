"""Findings in published packages, reviewed one by one: a change of behaviour shows as a diff."""
