"""What fixers make of whole repositories that nobody prepared, measured by a command.

``python -m tests.fixing --corpus DIR`` copies the repositories that ``python -m tests.accuracy
--fetch`` brings, runs ``nograd-fix`` and torch-preflight's fixer on each copy, looks at what has
become of it, and writes ``measured.json`` and the measured part of ``docs/fixing.md``.
"""
