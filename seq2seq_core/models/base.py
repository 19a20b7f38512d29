"""What every model family is: opened on its sources once, then asked for all positions (training) or stepped (search).

Token ids from the vocabulary's size on name words of the source that the vocabulary lacks (See 2017's extended
vocabulary); only a model that copies gives them a probability, and all models read them as `<unk>`.

Sizes: B sentences, S source tokens, M source positions that attention sees (S, or the patches of a picture),
T target positions, N chosen ones of all rows, V vocabulary (extended where the model copies), R rows of a search,
L layers, H heads.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn

from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.models.packing import pick
from seq2seq_core.models.pinned import PinnedStepper
from seq2seq_core.options import Pin

PAD_ID, UNKNOWN_ID, START_ID, END_ID = 0, 1, 2, 3  # as in every tokenizer of this project


class Rows(Protocol):
    """What a row carries from step to step; every tensor in it has rows first."""

    def select(self, rows_R: Tensor) -> Any:
        """The same for the given rows: kept, repeated and dropped as they say."""
        ...


State = TypeVar("State", bound=Rows)
Other = TypeVar("Other", bound=Rows)


@dataclass(frozen=True, slots=True)
class Sources:
    """A padded batch of sources."""

    ids_BS: Tensor
    lengths_B: Tensor  # real tokens of each; zero for all where the model has no source

    @classmethod
    def pad(cls, sources: Sequence[Sequence[int]], device: torch.device) -> "Sources":
        """Token ids of unequal length as one batch."""
        rows = [torch.tensor(source, dtype=torch.int64) for source in sources]
        lengths = torch.tensor([len(source) for source in sources])
        return cls(nn.utils.rnn.pad_sequence(rows, batch_first=True).to(device), lengths.to(device))

    @property
    def real_BS(self) -> Tensor:  # noqa: N802 - a shape suffix
        """True on tokens, False on padding."""
        return torch.arange(self.ids_BS.size(1), device=self.lengths_B.device) < self.lengths_B[:, None]


@dataclass(frozen=True, slots=True)
class Forced:
    """All positions under teacher forcing."""

    scores_BTV: Tensor  # logits, or log-probabilities where the model mixes distributions; a softmax serves both
    attention_BTM: Tensor | None  # as a trace shows it: cross-attention, averaged over layers and heads


@dataclass(frozen=True, slots=True)
class Learnt:
    """Teacher forcing at the positions that count, in whatever order costs least."""

    scores_NV: Tensor  # as Forced has them
    place_N: Tensor  # where a position stands in the batch: T times its row, plus its step
    attention_NM: Tensor | None  # as Forced has it

    @classmethod
    def of(cls, forced: Forced, real_BT: Tensor) -> "Learnt":
        """Chosen from all positions."""
        place_N = real_BT.flatten().nonzero().squeeze(1)
        weights = forced.attention_BTM
        attention_NM = None if weights is None else pick(weights.flatten(0, 1), place_N)
        return cls(pick(forced.scores_BTV.flatten(0, 1), place_N), place_N, attention_NM)


@dataclass(frozen=True, slots=True)
class Answer(Generic[State]):
    """One step of a search; fits `decoding.StepAnswer`.

    `evidence` is what a trace keeps beside the attention, by name, rows first in every tensor: "centre" (R,),
    "heads" (R, L, H, M), "coverage" (R, M) as it entered the score, "generate" (R,) the pointer-generator's p_gen.
    """

    log_probs_RV: Tensor
    attention_RS: Tensor | None
    state: State
    evidence: Mapping[str, Tensor] = field(default_factory=dict)

    def then(self, state: Other) -> "Answer[Other]":
        """The same answer with another state."""
        return Answer(self.log_probs_RV, self.attention_RS, state, self.evidence)


class Seq2Seq(nn.Module, ABC, Generic[State]):
    """A model of any family.

    In evaluation mode, stepping gives the log-probabilities of the teacher-forced pass, position by position, and a
    batch of several those of several batches of one.
    """

    config: Any  # the family's dataclass; all have source_vocabulary, target_vocabulary and source_cap
    family: ClassVar[str]  # its name in the FAMILIES table

    @abstractmethod
    def force(self, sources: Sources, previous_BT: Tensor) -> Forced:
        """Teacher forcing: `previous_BT` starts with the start token."""

    def learn(self, sources: Sources, previous_BT: Tensor, real_BT: Tensor) -> Learnt:
        """Teacher forcing for a loss: only where `real_BT` says so, which is from the first step to a row's last."""
        return Learnt.of(self.force(sources, previous_BT), real_BT)

    @abstractmethod
    def begin(self, sources: Sources) -> State:
        """Encode the sources; the state before the start token."""

    @abstractmethod
    def advance(self, tokens_R: Tensor, state: State) -> Answer[State]:
        """Read the last token of every row; log-probabilities of the next one."""

    @property
    def copies(self) -> bool:
        """Whether it can say source words that its vocabulary lacks."""
        return False

    @property
    def pinnable(self) -> bool:
        """Whether its attention to the source can be set from outside (`pinned`)."""
        return False

    def pinned(self, state: State, position: int) -> State:
        """An intervention: the next step from this state puts all its attention on one source position.

        Raises:
            OptionError: the model is not pinnable.
        """
        raise OptionError(f"pins need a model that attends to its source, got one of the family {self.family!r}")

    @property
    def window(self) -> int | None:
        """D of local attention."""
        return None

    def positions(self, tokens: int) -> int:
        """How many positions attention sees of a source of so many tokens."""
        return tokens

    def vocabulary_of(self, sources: Sequence[Sequence[int]]) -> int:
        """V for these sources: more than the vocabulary where the model copies words that it lacks."""
        vocabulary: int = self.config.target_vocabulary
        return vocabulary

    def open(self, sources: Sequence[Sequence[int]]) -> "ModelStepper[State]":
        """Encode the sources (token ids) once, for a search to step through.

        Raises:
            InputError: there is no source, or one without tokens where the model needs some.
        """
        if not sources or (self.positions(1) and not all(sources)):
            raise InputError(f"sources must hold at least one token each, got {[len(source) for source in sources]}")
        return ModelStepper(self, sources)


class ModelStepper(Generic[State]):
    """A model as a search sees it; fits `decoding.Stepper` without importing it."""

    def __init__(self, model: Seq2Seq[State], sources: Sequence[Sequence[int]]) -> None:
        self.start_id, self.end_id = START_ID, END_ID
        self.vocabulary_size = model.vocabulary_of(sources)
        self.source_lengths = [model.positions(len(source)) for source in sources]
        self.device = next(model.parameters()).device
        self._model, self._sources = model, sources

    def pinned(self, pins: Sequence[Pin]) -> PinnedStepper[State]:
        """The same model on the same sources with its attention set from outside in some steps.

        Raises:
            OptionError: the model's attention cannot be set, or a source has no such position.
        """
        if not self._model.pinnable:
            raise OptionError(
                "pins need a model that attends to its source, and whose output does not itself point there; "
                f"got one of the family {self._model.family!r}"
            )
        fewest = min(self.source_lengths)
        if strangers := [pin.position for pin in pins if pin.position >= fewest]:
            raise OptionError(f"a pin must be on one of the {fewest} positions of the source, got {strangers[0]}")
        return PinnedStepper(self, self._model.pinned, {pin.step: pin.position for pin in pins})

    @torch.inference_mode()
    def start(self) -> State:
        """One row per source."""
        return self._model.begin(Sources.pad(self._sources, self.device))

    @torch.inference_mode()
    def step(self, tokens_R: Tensor, state: State) -> Answer[State]:
        """Read the last token of each row; log-probabilities of the next one, (R, V)."""
        return self._model.advance(tokens_R, state)

    @torch.inference_mode()
    def select(self, state: State, rows_R: Tensor) -> State:
        """Keep, repeat and drop rows."""
        chosen: State = state.select(rows_R)
        return chosen
