"""How accurate the rules are on code that nobody prepared, measured by a command.

``python -m tests.accuracy --corpus DIR`` lints hand-labelled files of public repositories, scores
what is reported unit by unit, and rewrites the measured part of ``docs/accuracy.md``.
"""
