"""``nograd-fix``: lists, explains and mends what the plugin finds.

``main.py`` is the way through: ``options.py`` (what was asked for), ``files.py`` (which files),
``run.py`` (processes), ``mend.py`` (one file), ``write.py`` (to the disk), ``reports/`` (what is
said).
"""
