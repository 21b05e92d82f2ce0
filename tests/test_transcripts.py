"""Pages that show a shell show what it prints; ``python -m tests.transcripts PAGE`` writes it."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.transcripts import played

FIVE_MINUTES = 300

if shutil.which("bash") is None:
    pytest.skip("there is no bash, in which the commands are written", allow_module_level=True)


@pytest.mark.parametrize("name", ["adoption.md", "ci.md"])
def test_a_page_shows_what_is_printed(name: str, tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
    assert "\n$ " in page
    assert played(page, tmp_path) == page


@pytest.mark.usefixtures("neovim")
def test_the_first_five_minutes(tmp_path: Path, own_package: dict[str, str]) -> None:
    """From an empty environment to a mended repository, a CI stage that fails, and a quick fix."""
    page = (REPOSITORY / "docs" / "first-five-minutes.md").read_text(encoding="utf-8")
    assert "\n$ pip install " in page
    began = time.monotonic()
    assert played(page, tmp_path, own_package) == page
    assert time.monotonic() - began < FIVE_MINUTES


PAGE = """\
<!-- file: some/file.txt -->
```text
é $HOME `pwd`
```

```console
$ cd some && cat file.txt
é $HOME `pwd`
$ ls none 2>/dev/null
$ echo $?; basename "$PWD" >&2
2
some
$ false
```

```python
$ not = a + command
```

```console
$ echo $?
1
```
"""


def test_files_folder_and_status_are_there_for_the_next_command(tmp_path: Path) -> None:
    assert played(PAGE, tmp_path) == PAGE


@pytest.mark.parametrize(
    ("true", "false"), [("2\nsome", "3\nsome"), ("`pwd`\n$ ls", "\n$ ls"), ("1\n```", "1\n2\n```")]
)
def test_what_is_not_printed_is_found(tmp_path: Path, true: str, false: str) -> None:
    wrong = PAGE.replace(true, false)
    assert wrong != PAGE
    assert played(wrong, tmp_path) == PAGE
