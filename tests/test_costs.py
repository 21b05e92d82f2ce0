"""What the pages say of costs is what was measured, and measuring measures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from flake8_nograd.cli.catalogue import rule_of
from tests.conftest import REPOSITORY
from tests.costs import page
from tests.costs.page import KEEPING, PASSING, peak, ratios, span

COSTS = page.read()


def test_the_page_is_what_was_measured() -> None:
    """Run ``python -m tests.costs`` where this fails."""
    assert page.PAGE.read_text(encoding="utf-8") == page.written(COSTS)


def claims() -> Iterator[tuple[str, str]]:
    """What is said elsewhere: the code of a rule, or README, and the words."""
    passing, keeping = span(ratios(COSTS, PASSING)), span(ratios(COSTS, KEEPING))
    yield "README", f"needs {passing} the memory beyond weights and data, and {keeping} where it"
    yield "NGD101", f"peaks at {span(ratios(COSTS, ['names output and loss']))} the memory"
    yield "NGD101", f"{span(ratios(COSTS, ['names nothing']))} where it names neither"
    yield "NGD101", f"{keeping} after eight batches"
    models = [
        seconds["none"] / seconds["no_grad"]
        for model, seconds in COSTS["devices"]["cpu"]["seconds"].items()
        if model in COSTS["models"]
    ]
    yield "NGD101", f"in time: {min(models):.2f} to {max(models):.2f} times"
    yield "NGD102", f"peaks at {passing} the memory"
    tiny = COSTS["devices"]["cpu"]["seconds"]["tiny MLP, one input at a time"]
    yield "NGD102", f"it takes {tiny['none'] / tiny['no_grad']:.2f} times as long"
    yield "NGD501", f"the peak of eight batches was {keeping} that of the guarded loop"
    some, many = (COSTS["modes"][f"MLP, dropout {p}"] for p in (0.3, 0.5))
    norm = COSTS["modes"]["ResNet, batch norm"]
    falls = [fall(each["accuracy"], each["accuracy_in_train_mode"]) for each in (some, many)]
    yield "NGD301", f"classifier fell {' and '.join(falls)}"
    disagreed = [f"{100 * each['disagreement']:.1f}" for each in (some, many)]
    yield "NGD301", f"disagreed on {' and '.join(disagreed)} % of the inputs"
    yield "NGD301", f"sorted by class it fell {fall(norm['accuracy'], norm['accuracy_sorted'])}"
    yield "NGD301", f"in eval mode fell {fall(norm['accuracy'], norm['accuracy_afterwards'])}"
    yield "NGD304", f"accuracy fell {falls[1]}"


def fall(before: float, after: float) -> str:
    """How far an accuracy fell."""
    return f"from {100 * before:.1f} to {100 * after:.1f} %"


@pytest.mark.parametrize(("where", "words"), list(claims()))
def test_figures_elsewhere_are_those_that_were_measured(where: str, words: str) -> None:
    rule = rule_of(where)
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8") if rule is None else rule.page
    assert words in " ".join(text.split())


def test_the_ratios_are_those_of_peaks() -> None:
    [resnet] = ratios({**COSTS, "devices": {"cpu": only("ResNet")}}, ["adds up losses"])
    losses = COSTS["devices"]["cpu"]["memory"]["ResNet"]["adds up losses"]
    assert resnet == max(losses["none"]["allocated"]) / max(losses["no_grad"]["allocated"])


def only(model: str) -> page.OfDevice:
    """The figures of one model on a CPU."""
    cpu = COSTS["devices"]["cpu"]
    return {**cpu, "memory": {model: cpu["memory"][model]}}


# ------------------------------------------------------------------ measuring, with PyTorch


def allocated(loop: str, guard: str) -> list[int]:
    """What a small evaluation holds, batch by batch."""
    torch = pytest.importorskip("torch", reason="measuring costs needs PyTorch: the extra `ci`")
    from tests.costs.evaluations import GUARDS, LOOPS
    from tests.costs.memory import cpu_peaks

    model = torch.nn.Sequential(*[torch.nn.Linear(64, 64), torch.nn.ReLU()] * 4).eval()
    batches = [(torch.randn(128, 64), torch.zeros(128, dtype=torch.long)) for _ in range(4)]
    with GUARDS[guard]():
        return cpu_peaks(LOOPS[loop], model, batches)


def test_what_is_kept_grows_batch_by_batch() -> None:
    first, *later = allocated("adds up losses", "none")
    steps = [after - before for before, after in pairwise([first, *later])]
    assert len(set(steps)) == 1
    assert steps[0] > 4 * 128 * 64 * 4  # the outputs of the layers that ReLU saves


def test_a_guard_holds_the_same_in_each_batch() -> None:
    assert len(set(allocated("adds up losses", "no_grad"))) == 1


def test_names_hold_a_second_graph() -> None:
    nothing, named = (
        allocated(loop, "none") for loop in ("names nothing", "names output and loss")
    )
    assert max(nothing) < max(named) < 2.2 * max(nothing)
    assert named[0] < named[1] == named[-1]


def test_peaks_are_told_by_batch() -> None:
    pytest.importorskip("torch", reason="measuring costs needs PyTorch: the extra `ci`")
    from tests.costs.memory import peaks_between

    events: list[dict[str, object]] = [
        {"name": "batch 0", "ph": "X", "ts": 0},
        {"name": "[memory]", "ts": 1, "args": {"Bytes": 100}},
        {"name": "[memory]", "ts": 2, "args": {"Bytes": -40}},
        {"name": "batch 1", "ph": "X", "ts": 3},
        {"name": "[memory]", "ts": 5, "args": {"Bytes": -60}},
        {"name": "[memory]", "ts": 4, "args": {"Bytes": 30}},
    ]
    assert peaks_between(events, 2) == [100, 90]


def test_a_process_of_its_own_says_what_it_held() -> None:
    pytest.importorskip("torch", reason="measuring costs needs PyTorch: the extra `ci`")
    from tests.costs.memory import measured

    memory = measured("MLP", "names nothing", "none", "cpu")
    stored = COSTS["devices"]["cpu"]["memory"]["MLP"]["names nothing"]["none"]
    assert peak(memory) == pytest.approx(peak(stored), rel=0.1)
    assert re.fullmatch(r"\d+|None", str(memory["resident"]))


def test_time_is_measured_for_each_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="measuring costs needs PyTorch: the extra `ci`")
    from tests.costs import seconds

    monkeypatch.setattr(seconds, "ROUNDS", 1)
    found = seconds.measured_one_by_one("cpu")
    assert list(found) == ["none", "no_grad", "inference_mode"]
    assert min(found.values()) > 0


def test_dropout_shows_in_train_mode_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn: the extra `ci`")
    pytest.importorskip("torch", reason="measuring costs needs PyTorch: the extra `ci`")
    from tests.costs import modes

    monkeypatch.setattr(modes, "EPOCHS", 5)
    found = modes.of_seed(modes.CLASSIFIERS["MLP, dropout 0.5"], seed=0)
    assert found["accuracy_in_train_mode"] < found["accuracy"] == found["accuracy_afterwards"]
    assert found["disagreement"] > 0
    assert found["loss_ratio"] > 1


def test_batch_norm_takes_its_numbers_from_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn: the extra `ci`")
    pytest.importorskip("torch", reason="measuring costs needs PyTorch: the extra `ci`")
    from tests.costs import modes

    monkeypatch.setattr(modes, "EPOCHS", 3)
    found = modes.of_seed(modes.CLASSIFIERS["ResNet, batch norm"], seed=0)
    assert found["accuracy_sorted"] < found["accuracy_in_train_mode"]
    assert found["disagreement"] == 0
