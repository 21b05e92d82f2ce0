"""Whether a file has any finding, told from Python's own tree of it, which flake8 has made.

LibCST need not parse what ends here. What is reported is decided by :mod:`flake8_nograd.check`.
"""

from __future__ import annotations

import ast

from flake8_nograd.collection import collection_paused
from flake8_nograd.deadline import OutOfTime
from flake8_nograd.facts.outline import outlined
from flake8_nograd.facts.recursion import deep_recursion
from flake8_nograd.frameworks import load
from flake8_nograd.model.relevance import Relevance
from flake8_nograd.settings import Settings


def finds_anything(tree: ast.Module, settings: Settings) -> bool:
    """Whether there is anything to report in a file.

    First the names in it tell which functions can matter; in most files none. Then the model and
    the rules look at these, over the same facts as in :mod:`flake8_nograd.check`, at a tenth of the
    price. A rule that fails counts, so that its failure is told with the findings. Raises
    :class:`OutOfTime`.
    """
    with deep_recursion(), collection_paused():
        asleep = _asleep(tree, settings)
        return asleep is not None and _says_anything(tree, asleep, settings)


def _asleep(tree: ast.Module, settings: Settings) -> set[ast.AST] | None:
    """The functions that cannot matter; None where nothing does."""
    if settings.enabled:  # these rules look at guards that are right as they are
        return set()
    file = outlined(tree)
    awake = Relevance(file, load(settings.frameworks, settings.guards)).awake()
    if not awake:
        return None
    return {each.node for place, each in enumerate(file.functions) if place not in awake}


def _says_anything(tree: ast.Module, asleep: set[ast.AST], settings: Settings) -> bool:
    from flake8_nograd.check import enabled  # what only few files need: a tenth of a second
    from flake8_nograd.deadline import Deadline
    from flake8_nograd.facts.tree import facts_but
    from flake8_nograd.model.module_model import ModuleModel

    facts, sleeping = facts_but(tree, asleep)
    frameworks = load(settings.frameworks, settings.guards)
    model = ModuleModel(facts, frameworks, Deadline(), sleeping)
    if not model.program.imports_torch:
        return False
    for rule in enabled(settings):
        try:
            if any(True for _ in rule.check(model)):
                return True
        except OutOfTime:
            raise
        except Exception:
            return True
    return False
