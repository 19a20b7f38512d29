"""What can be set in a training; `python -m seq2seq_core.train --help` prints these lines."""

import math
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from seq2seq_core.errors import OptionError
from seq2seq_core.models import FAMILIES
from seq2seq_core.models.config import RecurrentOptions
from seq2seq_core.models.convolutional_config import ConvolutionalOptions
from seq2seq_core.models.transformer_config import TransformerOptions
from seq2seq_core.tokenizer import TokenizerKind
from seq2seq_core.training.attention_losses import AttentionLossOptions
from seq2seq_core.training.combinations import check_combination
from seq2seq_core.training.corpus import DataOptions
from seq2seq_core.training.rewards import RewardOptions
from seq2seq_core.training.start import StartOptions
from seq2seq_core.training.teaching import TeachingOptions


class Schedule(StrEnum):
    """How the learning rate goes after its linear warm-up."""

    CONSTANT = "constant"
    COSINE = "cosine"  # to zero at the end of the token budget
    INVERSE_SQRT = "inverse_sqrt"  # Vaswani 2017, section 5.3


class Precision(StrEnum):
    """Arithmetic of the matrix products; weights, sums and losses stay in float32."""

    FP32 = "fp32"
    BF16 = "bf16"  # autocast; for CUDA, and for processors with bfloat16 units


class Measure(StrEnum):
    """What the finished model is scored by on the test pairs."""

    AUTO = "auto"  # sequences for a generated task, else translation
    TRANSLATION = "translation"  # BLEU, chrF, exact match
    CHINESE = "chinese"  # the same with sacrebleu's Chinese tokenisation
    SEQUENCES = "sequences"  # exact match and token error rate
    PHONEMES = "phonemes"  # word and phoneme error rate, with stress digits and without


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenizerOptions:
    """How text is cut."""

    source_kind: TokenizerKind = TokenizerKind.UNIGRAM
    """units of the source side"""
    target_kind: TokenizerKind = TokenizerKind.UNIGRAM
    """units of the target side"""
    source_size: int = 4000
    """token types of the source side, the special tokens included"""
    target_size: int = 4000
    """token types of the target side, the special tokens included"""
    shared: bool = False
    """one tokenizer, learnt from both sides (the source settings count)"""


@dataclass(frozen=True, kw_only=True, slots=True)
class OptimiserOptions:
    """How the weights move."""

    learning_rate: float = 2e-3
    """peak learning rate of Adam, above 0"""
    schedule: Schedule = Schedule.COSINE
    """course of the learning rate after the warm-up"""
    warmup: int = 400
    """updates until the peak rate is reached"""
    clip: float = 1.0
    """largest norm of the gradient of one update, above 0"""
    label_smoothing: float = 0.1
    """probability mass spread evenly over all tokens, 0 to below 1"""
    weight_decay: float = 0.0
    """decoupled weight decay (AdamW), 0 or more"""

    def __post_init__(self) -> None:
        for name in ("learning_rate", "clip"):
            if not (0.0 < (value := getattr(self, name)) < math.inf):
                raise OptionError(f"{name} must be above 0 and finite, got {value}")
        if not 0.0 <= self.label_smoothing < 1.0:
            raise OptionError(f"label_smoothing must be at least 0 and below 1, got {self.label_smoothing}")
        for name in ("warmup", "weight_decay"):
            if not 0 <= (value := getattr(self, name)) < math.inf:
                raise OptionError(f"{name} must be 0 or more and finite, got {value}")


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """What the model card and the gallery tell of the model; changes nothing in the training."""

    title: str = ""
    """name of the model in the gallery; the folder's name where empty"""
    task: str = ""
    """translation, commands, pronunciation, question-sql, captions, language-model, generated:NAME"""
    source_language: str = ""
    """ISO code, such as en"""
    target_language: str = ""
    """ISO code, such as fr"""
    suggestions: tuple[str, ...] = ()
    """inputs that the page offers"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingOptions:
    """Train a model from pairs of files or on a generated task."""

    train: str = ""
    """training pairs: a TSV file (source<TAB>target, .gz accepted), or SOURCE_FILE,TARGET_FILE"""
    valid: str = ""
    """validation pairs, as above"""
    test: str | None = None
    """test pairs, as above; the best model is measured on them at the end"""
    test_references: Path | None = None
    """all references of the test file: source<TAB>reference<TAB>reference..."""
    task: str = ""
    """a generated task instead of files, its test pairs measured at the end: copy, reverse, sort, sort-pointers, dates,
    number-words, digits-to-words, names, parse, labels, class-to-sequence, shapes, language"""
    difficulty: int = 1
    """difficulty of the generated task, from 1"""
    task_pairs: int = 20_000
    """training pairs of the generated task; validation and test have 1,000 each"""
    join: int = 1
    """also train on 2 to so many random training pairs joined into one, as many tokens as single ones; 1 joins none"""
    measure: Measure = Measure.AUTO
    """what the finished model is scored by"""
    output: Path
    """folder of the run: checkpoints `best` and `last`, log.jsonl"""
    resume: bool = False
    """go on from the run's last checkpoint, exactly as if it had not stopped"""
    max_tokens: int = 8_000_000
    """budget: target tokens (end tokens included) after which training ends"""
    batch_tokens: int = 1600
    """most target tokens of one batch, padding included"""
    accumulate: int = 1
    """batches of each process whose gradients are summed before an update"""
    longest: int = 60
    """pairs with more tokens than this on either side are skipped (and counted)"""
    validate_every: int = 500_000
    """target tokens between two validations; each saves the last checkpoint"""
    save_every: int = 0
    """target tokens after which the last checkpoint is saved between two validations; 0 waits for them"""
    log_every: int = 100
    """updates between two lines of log.jsonl"""
    patience: int = 8
    """validations without a better loss after which training stops early; 0 means never"""
    seed: int = 1
    """one seed for weights, order of the data and dropout"""
    device: str = "auto"
    """cpu, cuda, or auto"""
    precision: Precision = Precision.FP32
    """arithmetic of the matrix products"""
    threads: int = 0
    """processor threads; 0 leaves the choice to PyTorch"""
    compile: bool = False
    """generate kernels with torch.compile, which takes minutes at the start; not for the recurrent family"""
    tensorboard: bool = False
    """curves for TensorBoard in the folder `tensorboard` of the run; needs the extra of that name"""
    dry_run: bool = False
    """print sizes, memory and the first batch, and write nothing"""
    attribution: str = ""
    """licence and attribution line of the data, printed on the model card"""
    data: DataOptions = field(default_factory=DataOptions)
    about: About = field(default_factory=About)
    family: str = "recurrent"
    """family of the model: recurrent, transformer, convolutional"""
    model: RecurrentOptions = field(default_factory=RecurrentOptions)
    transformer: TransformerOptions = field(default_factory=TransformerOptions)
    convolutional: ConvolutionalOptions = field(default_factory=ConvolutionalOptions)
    tokenizer: TokenizerOptions = field(default_factory=TokenizerOptions)
    optimiser: OptimiserOptions = field(default_factory=OptimiserOptions)
    teaching: TeachingOptions = field(default_factory=TeachingOptions)
    losses: AttentionLossOptions = field(default_factory=AttentionLossOptions)
    start: StartOptions = field(default_factory=StartOptions)
    reward: RewardOptions = field(default_factory=RewardOptions)

    def __post_init__(self) -> None:
        if bool(self.task) == bool(self.train) or bool(self.train) != bool(self.valid):
            raise OptionError(
                f"train and valid must both be given, or task in their place; "
                f"got train {self.train!r}, valid {self.valid!r} and task {self.task!r}"
            )
        for name in (
            "max_tokens",
            "batch_tokens",
            "accumulate",
            "longest",
            "validate_every",
            "log_every",
            "difficulty",
            "task_pairs",
            "join",
        ):
            if (value := getattr(self, name)) < 1:
                raise OptionError(f"{name} must be 1 or more, got {value}")
        for name, most in (
            ("patience", 10**9),
            ("save_every", 10**15),
            ("threads", 4096),
            ("seed", 2**63 - 1),
        ):
            if not 0 <= (value := getattr(self, name)) <= most:
                raise OptionError(f"{name} must be from 0 to {most}, got {value}")
        if self.batch_tokens < self.longest + 1:
            raise OptionError(
                f"batch_tokens must be above longest, or the longest pair fits no batch; "
                f"got {self.batch_tokens} and {self.longest}"
            )
        if self.dry_run and self.resume:
            raise OptionError("dry_run and resume exclude each other: nothing is resumed where nothing is trained")
        if self.compile and self.family == "recurrent":  # its decoder is a loop, which is unrolled for each length
            raise OptionError("compile needs the family transformer or convolutional, got 'recurrent'")
        if self.device not in ("auto", "cpu", "cuda"):
            raise OptionError(f"device must be auto, cpu or cuda, got {self.device!r}")
        if self.family not in FAMILIES:
            raise OptionError(f"family must be one of {', '.join(FAMILIES)}, got {self.family!r}")
        check_combination(self)

    def chosen(self) -> RecurrentOptions | TransformerOptions | ConvolutionalOptions:
        """The settings of the chosen family."""
        if self.family == "recurrent":
            return self.model
        return self.transformer if self.family == "transformer" else self.convolutional
