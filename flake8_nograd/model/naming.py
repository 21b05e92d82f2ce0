"""Evidence by names: the weakest there is, and all of it in this one file.

No finding rests on a name alone where the code itself can tell. The findings that do rest on
names are those of a forward whose model is known only by the variable's name, and those whose
results escape from a unit that is an evaluation only by its own or its loader's name.
"""

from __future__ import annotations

import re
from functools import cache

_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")

_MODEL = frozenset(
    """
    model net network module generator discriminator encoder decoder enc dec backbone
    autoencoder unet vae gan critic actor policy teacher student resnet vgg cnn rnn lstm gru
    transformer bert gpt vit seq2seq classifier regressor probe denoiser
    """.split()
)
_MODEL_SUFFIXES = frozenset("g d s t a b x y ema target online old new ddp parallel".split())
_MODEL_CLASS = re.compile(
    r"(Net|Model|Module|Network|Encoder|Decoder|Generator|Discriminator|Transformer|Classifier"
    r"|Autoencoder|AutoEncoder|VAE|GAN|CNN|RNN|LSTM|GRU|MLP|UNet|ResNet\d*)$"
)
_EVALUATION = frozenset(
    """
    eval evaluate evaluation evaluating evaluator val valid validate validation validating
    validator test testing tester predict predicting prediction predictions predictor pred preds
    infer inference inferencer embed embedding embeddings sample sampling sampler generate
    generation generating benchmark demo accuracy acc score scoring classify translate transcribe
    caption captions captioning reconstruct reconstruction visualize visualise visualization
    plot extract synthesize recognize detect submission fid metrics
    """.split()
)
STRICT_EVALUATION = frozenset(
    """
    eval evaluate evaluation evaluating valid validate validation validating test testing tester
    predict prediction predictor infer inference
    """.split()
)
_TRAINING = frozenset(
    """
    train training trainer fit optimize optimise learn finetune pretrain backward loss losses
    """.split()
)
_HELD_OUT = re.compile(
    r"(val|valid|validation|test|testing|dev|eval|evaluation|heldout|holdout)"
    r"((data)?(loader|set)s?|data|dl|ds|iter|iterator|generator|batch(es)?|gen|x|images?)?"
)
_PHASE = frozenset("phase mode split stage backprop".split())
_NO_MODE = frozenset(
    """
    trainer solver runner agent env environment learner engine experiment df dataframe optimizer
    optim opt parser expr session
    """.split()
)
_OPTIMIZER = frozenset("optimizer optimizers optim optims opt opts optimiser".split())
_LOSS = frozenset("loss losses cost error err objective nll elbo criterion criteria".split())
_VERBS = frozenset(
    """
    get build load create make init initialize save unwrap wrap setup set define prepare update
    train test eval evaluate export register compile find select choose restore download print
    add insert append attach remove replace push log upload write read show draw fetch import share
    count copy clone freeze unfreeze reset configure convert is has should can use compute run call
    preprocess default project apply
    """.split()
)
_TRAINING_CALL = frozenset("backward optimize minimize train adapt".split())
_DERIVATIVES = frozenset("force forces stress virial virials hessian".split())
_DROPS = frozenset("numpy np ndarray tolist detach detached".split())
_DELIBERATE = (
    r"(train(ing)?[- ]mode|mc[-_ ]?dropout|monte[-_ ]?carlo|dropout\W+(is |are |stays? |kept )*"
    r"(on|active|enabled)|keep\w*\b.*(dropout|batch ?norm)|on purpose|deliberate|intentional"
    r"|batch ?norm statistics|always\b.*\b(dropout|train(ing)?|batch ?norm)"
    r"|(dropout|batch ?norm)\b.*\balways)"
)
_METRIC = frozenset(
    "acc accuracy correct precision recall f1 iou auc topk metric metrics score scores".split()
)
FILLS = frozenset("append extend insert add update put appendleft push store setdefault".split())
"""Methods of Python's containers, and of what imitates them, that keep their argument."""
_HOOK_PREFIXES = ("inner_", "do_", "on_", "before_", "after_")
_MODE_SWITCH = frozenset("eval evaluation evaluating inference mode train training".split())
_GUARD = frozenset(
    "grad grads gradient gradients inference eval evaluation guard ctx context".split()
)


@cache
def last_of(name: str) -> str:
    """The last name of ``a.b[...](...)``: ``b``."""
    return name if name.isidentifier() else _BRACKETS.sub("", name).rpartition(".")[2]


@cache
def words(name: str) -> tuple[str, ...]:
    """The words of an identifier or dotted path, in lower case."""
    return tuple(map(str.lower, _WORDS.findall(name)))


@cache
def is_model(name: str) -> bool:
    """``model``, ``netG``, ``encoder``, ``model_ema``: the usual names of a model."""
    last = last_of(name)
    if last in {"G", "D"}:
        return True
    if last[:1].isupper() and len(last) > 1 and "_" not in last:
        return False
    parts = words(last)
    if len(parts) > 1 and parts[0] in _VERBS:
        return False
    end = len(parts)
    while end > 1 and parts[end - 1] in _MODEL_SUFFIXES:
        end -= 1
    return bool(parts) and parts[end - 1] in _MODEL


@cache
def is_model_class(name: str) -> bool:
    """``SegmentationNet``, ``ConvEncoder``: the usual names of a model's class."""
    return bool(_MODEL_CLASS.search(last_of(name)))


@cache
def is_class(name: str) -> bool:
    """A class, by PEP 8."""
    return last_of(name).lstrip("_")[:1].isupper()


@cache
def holds_class(name: str) -> bool:
    """``Model``, ``net_cls``: a parameter for a class, also where ``nn.Module`` annotates it."""
    is_capitalized = name[:1].isupper() and not name.isupper()
    return is_capitalized or words(name)[-1:] in {("cls",), ("class",), ("klass",)}


@cache
def is_evaluation(name: str) -> bool:
    """``evaluate``, ``run_validation``, ``Predictor``: a unit that evaluates or infers."""
    found = set(words(name))
    return bool(found & _EVALUATION) and not found & _TRAINING


@cache
def is_training(name: str) -> bool:
    """``train_epoch``, ``fit``: a unit that trains."""
    return not _TRAINING.isdisjoint(words(name))


@cache
def is_held_out(name: str) -> bool:
    """``val_loader``, ``test_set``: data that nobody trains on."""
    found = words(name)
    return "train" not in found and any(_HELD_OUT.fullmatch(word) for word in found)


@cache
def is_epoch(name: str) -> bool:
    """``epoch``, ``range(args.epochs)``: what is counted while a model is trained."""
    return not {"epoch", "epochs"}.isdisjoint(words(name))


@cache
def has_no_mode(name: str) -> bool:
    """``trainer``, ``env``, ``df``: objects whose ``train()`` or ``eval()`` is no mode switch."""
    return not _NO_MODE.isdisjoint(words(last_of(name)))


@cache
def is_optimizer(name: str) -> bool:
    """``optimizer``, ``optim_d``, ``self.opts``."""
    found = words(last_of(name))
    return not _OPTIMIZER.isdisjoint(found) and not {"scheduler", "lr"} & set(found)


@cache
def is_scaler(name: str) -> bool:
    """``scaler``, ``self.grad_scaler``."""
    return "scaler" in words(name)


@cache
def is_loss(name: str) -> bool:
    """``loss``, ``total_cost``, ``errD``, ``loss_fn``."""
    found = words(last_of(name))
    return not _LOSS.isdisjoint(found) and "scaler" not in found


@cache
def trains_its_argument(name: str) -> bool:
    """``trainer.optimize(loss)``: a call that, by its name, trains on what it is given."""
    return not _TRAINING_CALL.isdisjoint(words(last_of(name)))


@cache
def trains_itself(name: str) -> bool:
    """``model.fit(data)``, ``model.train_epoch()``: a method that, by its name, trains a model."""
    return not (_TRAINING_CALL | {"fit", "learn"}).isdisjoint(words(name))


@cache
def is_step(name: str) -> bool:
    """``eval_step``, ``_step_inference``: one step of what sets the mode for all of them."""
    return "step" in words(name)


@cache
def is_fixture(checkpoint: str) -> bool:
    """``hf-internal-testing/tiny-random-gpt2``: weights that are made for tests."""
    found = set(words(checkpoint))
    return "testing" in found or found >= {"tiny", "random"}


@cache
def is_hook(name: str) -> bool:
    """``_predict``, ``inner_predict``, ``predict_impl``: what a base class runs in its own way."""
    is_private = name.startswith("_") and not name.startswith("__")
    return is_private or name.startswith(_HOOK_PREFIXES) or name.endswith("_impl")


@cache
def is_check(name: str) -> bool:
    """``profile_memory``, ``verify_export``: a unit that looks at a model as it is."""
    return not {"profile", "profiling", "profiler", "verify"}.isdisjoint(words(name))


@cache
def is_alternative_constructor(name: str) -> bool:
    """``Model.from_config``: a class method that makes an instance."""
    return "from" in words(last_of(name))


@cache
def is_derivative(key: str) -> bool:
    """``"forces"``, ``FORCE_KEY``: an output that a model gets by differentiating another."""
    return not _DERIVATIVES.isdisjoint(words(key))


@cache
def drops_graph(name: str) -> bool:
    """``to_numpy``, ``torch_item``: a helper that, by its name, gives numbers without a graph."""
    found = words(last_of(name))
    return not _DROPS.isdisjoint(found) or (found[-1:] == ("item",) and found[0] not in _VERBS)


@cache
def is_said_to_be_deliberate(comment: str) -> bool:
    """``# keep dropout on``, ``# MC dropout``: a comment that says that train mode is meant."""
    return bool(re.search(_DELIBERATE, comment, re.IGNORECASE))


@cache
def is_metric(name: str) -> bool:
    """``cls_acc``, ``top1_accuracy``: a helper that counts, most often."""
    return not _METRIC.isdisjoint(words(last_of(name)))


@cache
def is_mode(name: str) -> bool:
    """``mode``, ``is_train``: the parameter of ``nn.Module.train``."""
    return not {"mode", "flag", "train", "training", "status"}.isdisjoint(words(name))


@cache
def is_training_flag(name: str) -> bool:
    """``train``, ``optimizer``, ``phase``: a parameter that says whether a function trains."""
    found = set(words(name))
    return is_optimizer(name) or not found.isdisjoint(_PHASE | _TRAINING | STRICT_EVALUATION)


@cache
def is_layer(name: str) -> bool:
    """``dropout``, ``bn1``: a single layer that depends on the mode."""
    return not {"dropout", "drop", "bn", "norm", "batchnorm"}.isdisjoint(words(name))


@cache
def is_smoke_test(name: str) -> bool:
    """``main``, ``test_unet``, ``demo``: what the end of a model's file is called."""
    return not {"main", "test", "demo", "run", "check", "example", "debug"}.isdisjoint(words(name))


@cache
def is_generator(name: str) -> bool:
    """``netG``, ``self.generator``: the model of a GAN whose samples are looked at in training."""
    return not {"g", "gen", "generator"}.isdisjoint(words(last_of(name)))


@cache
def tries_dropout(name: str) -> bool:
    """``predict_prob_dropout``: a unit that asks a model several times with its dropout on."""
    return "dropout" in words(name)


@cache
def is_sampling(name: str) -> bool:
    """``sample_images``, ``generate``: what is done with a generator, in training too."""
    return not {"sample", "samples", "sampling", "generate", "images"}.isdisjoint(words(name))


@cache
def is_strict_evaluation(name: str) -> bool:
    """``evaluate``, ``validate``, ``test_epoch``, ``predict``: nothing but an evaluation."""
    found = set(words(name))
    return bool(found & STRICT_EVALUATION) and not found & _TRAINING


@cache
def is_autocast(name: str) -> bool:
    """``torch.autocast``, ``accelerator.autocast``: mixed precision, no guard."""
    return last_of(name) == "autocast"


@cache
def may_switch_mode(name: str) -> bool:
    """``eval_mode(model)``: an unknown context manager that may set the mode of what it gets."""
    return not _MODE_SWITCH.isdisjoint(words(name))


@cache
def may_be_guard(name: str) -> bool:
    """``self.no_grad_ctx()``: an unknown context manager that may set the gradient mode."""
    return not _GUARD.isdisjoint(words(name))
