"""Times flake8 and its one plugin in this process: ``inside.py TIMES FILE...``.

Runs in any environment that has flake8: it imports nothing of this project. The last line of the
output is JSON:

- ``importing``: seconds to import the plugin, with flake8 already there;
- ``files``: for each file, the seconds that flake8 takes without the plugin, those that a plugin
  takes that does nothing, those that the plugin takes with the tree and the lines that flake8 made,
  and how much it reports. Of ``TIMES`` times the fastest counts, for all three;
- ``loads_libcst``: whether LibCST was imported in the end.

All seconds are processor time. What is loaded on first use is loaded before, unless ``TIMES`` is 0:
then all happens once, as in a fresh run of flake8. Before each is timed, the garbage that another
left is collected: else chance decides which of them pays for it. That leaves nothing else in the
processor's caches; so flake8 calls a plugin that does nothing before it parses the file: in a real
run it comes from the file before, where it has just called others.
"""

from __future__ import annotations

import ast
import gc
import json
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from time import process_time

from flake8.checker import FileChecker
from flake8.options.parse_args import parse_args
from flake8.plugins.finder import Checkers, LoadedPlugin

OWN = ("mccabe", "pycodestyle", "pyflakes")
"""What flake8 consists of."""

FIRST = """\
import torch


def evaluate(model: torch.nn.Module, loader):
    for x in loader:
        print(model(x).argmax(1))
"""


class Nothing:
    """A plugin that does nothing: what is left is flake8's own work for one."""

    def __init__(self, **asked: object) -> None:
        """Takes whatever the plugin asks for in whose place this is put."""

    def run(self) -> Iterator[object]:
        """Nothing to report."""
        return iter(())


def import_plugin() -> float:
    """Import it as flake8 does; returns the seconds."""
    begin = process_time()
    for each in entry_points(group="flake8.extension"):
        if each.dist and each.dist.name not in ("flake8", *OWN):
            each.load()
    return process_time() - begin


def run(checker: FileChecker, plugin: LoadedPlugin) -> tuple[float, int]:
    """Run a plugin as flake8's checker does; returns the seconds, and how much it reports."""
    assert checker.processor
    gc.collect()
    _run_check(checker, plugin._replace(obj=Nothing), ast.Module([], []))
    tree = checker.processor.build_ast()
    begin = process_time()
    count = _run_check(checker, plugin, tree)
    return process_time() - begin, count


def _run_check(checker: FileChecker, plugin: LoadedPlugin, tree: ast.AST) -> int:
    return sum(1 for _ in checker.run_check(plugin, tree=tree).run())


def measure(
    checks: Checkers, plugin: LoadedPlugin, options: Namespace, file: str
) -> tuple[float, float, float, int]:
    """The four figures of a file, once."""
    checker = FileChecker(filename=file, plugins=checks, options=options)
    gc.collect()
    begin = process_time()
    checker.run_checks()
    bare = process_time() - begin
    nothing, _ = run(checker, plugin._replace(obj=Nothing))
    return bare, nothing, *run(checker, plugin)


def main(times: int, files: list[str]) -> None:
    """Measure all files."""
    importing = import_plugin()
    plugins, options = parse_args(["--isolated"])
    checks = plugins.checkers
    [plugin] = [each for each in checks.tree if each.plugin.package not in OWN]
    checks = checks._replace(tree=[each for each in checks.tree if each is not plugin])
    if times:
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder, "first.py")
            first.write_text(FIRST, encoding="utf-8")
            measure(checks, plugin, options, str(first))
    rows = []
    for file in files:
        runs = [measure(checks, plugin, options, file) for _ in range(times or 1)]
        rows.append([min(column) for column in zip(*runs, strict=True)])
    loaded = "libcst" in sys.modules
    print("\n" + json.dumps({"importing": importing, "files": rows, "loads_libcst": loaded}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
