"""python -m seq2seq_core.decode: translate a file line by line, or write the traces of the searches.

    python -m seq2seq_core.decode --model CHECKPOINT --input in.txt --output out.txt --decoder beam --beam-size 5

A large file is decoded in shards, also by several processes, as in
`torchrun --nproc-per-node 4 -m seq2seq_core.decode ...`; one that was stopped goes on with `--resume`.
"""

import contextlib
import hashlib
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import islice
from pathlib import Path
from typing import IO, Final, Literal

import tyro

from seq2seq_core.decode_shards import Crew, ShardedFile, gathered_crew
from seq2seq_core.decoding import DECODERS
from seq2seq_core.door import Door
from seq2seq_core.errors import DataError, InputError, OptionError, Seq2SeqError
from seq2seq_core.files import replaced, standing_folder, utf8_lines
from seq2seq_core.options import Constraints, CoverageRule, LengthCount, LengthRule, SearchOptions, StopRule
from seq2seq_core.pipeline import open_pipeline
from seq2seq_core.presets import preset
from seq2seq_core.trace import to_json

# Settings of a search, by the name that they have in its options.
SETTINGS: Final = (
    "beam_size", "length_rule", "alpha", "counts", "reward", "reward_length", "coverage", "beta", "max_length",
    "min_length", "stop_rule", "groups", "strength", "discount", "temperature", "top_k", "top_p", "seed", "samples",
    "max_nodes", "max_seconds",
)  # fmt: skip
CHUNK = 32  # batches' worth of lines that are read, sorted by length and decoded together


@dataclass(frozen=True, kw_only=True, slots=True)
class DecodeOptions:
    """Where to read, where to write, how to search."""

    model: str
    """checkpoint folder; or hf: and the folder or name of a Hugging Face model, as in hf:Helsinki-NLP/opus-mt-en-fr"""
    input: str = "-"
    """text file, one source a line; - is standard input"""
    output: str = "-"
    """one line out for each line in; - is standard output"""
    decoder: Literal["greedy", "beam", "diverse", "sampling", "exact"] = "beam"
    """search algorithm; settings that are not given are the algorithm's own"""
    preset: str = ""
    """beam search as a toolkit does it: hf-true, hf-false, hf-never, fairseq, ctranslate2, opennmt-avg, opennmt-wu,
    joeynmt, tf-nmt"""
    beam_size: int | None = None
    """live prefixes of a beam, 1 to 64; of an exact search, those of the beam that it begins with"""
    length_rule: LengthRule | None = None
    """how a score accounts for length"""
    alpha: float | None = None
    """exponent of the length rules power (log_prob_sum / T^alpha) and gnmt, 0 to 2"""
    counts: LengthCount | None = None
    """what the T of a length rule counts"""
    reward: float | None = None
    """nats per content token, for the length rules that reward"""
    reward_length: int | None = None
    """content tokens that bounded_reward rewards at most"""
    coverage: CoverageRule | None = None
    """what is taken off for source pieces that got too little or too much attention"""
    beta: float | None = None
    """weight of the coverage rule"""
    max_length: int | None = None
    """most tokens of an output, its end token included; by default twice the source tokens and the model's own room"""
    min_length: int | None = None
    """fewest content tokens of an output"""
    no_repeat_ngram: int = 0
    """no so many tokens in a row occur twice; 0: they may"""
    require: tuple[str, ...] = ()
    """beam, exact: every output holds these words, each argument in a row: --require chat 'petit chien'"""
    forbid: tuple[str, ...] = ()
    """words of one piece of the model's vocabulary, which it never writes; it may spell them in other pieces"""
    prefix: str = ""
    """every output begins with these words"""
    stop_rule: StopRule | None = None
    """when a beam search ends"""
    groups: int | None = None
    """diverse: parts of the beam"""
    strength: float | None = None
    """diverse: nats off for each earlier choice of the same token"""
    discount: float | None = None
    """diverse: share of what is off for agreeing before; 0 is Hamming diversity, 1 the cumulative one"""
    temperature: float | None = None
    """sampling: probabilities to the power 1 / temperature, above 0"""
    top_k: int | None = None
    """sampling: only so many of the most probable tokens; 0 for all"""
    top_p: float | None = None
    """sampling: only the fewest tokens that together have this probability"""
    seed: int | None = None
    """sampling: equal seeds draw equal outputs"""
    samples: int | None = None
    """sampling: outputs drawn for each source; the text is the best scored of them, a trace has them all"""
    max_nodes: int | None = None
    """exact: prefixes that are continued at most"""
    max_seconds: float | None = None
    """exact: seconds for each source at most"""
    batch_size: int = 32
    """sources decoded together"""
    trace: bool = False
    """write the trace of each search as one line of JSON instead of its text; null for an empty line"""
    shard_lines: int = 10_000
    """a file of more lines is decoded in shards of so many, which lie beside the output until all are finished"""
    resume: bool = False
    """use the shards that an earlier, unfinished decoding of the same file with the same settings finished"""
    device: str = "cpu"
    """cpu, cuda, or another name of PyTorch's"""
    source_language: str | None = None
    """hf: models of many languages: code of the input's language, as the tokenizer spells it"""
    target_language: str | None = None
    """hf: models of many languages: code of the output's language"""

    def __post_init__(self) -> None:
        for name in ("batch_size", "shard_lines"):
            if (value := getattr(self, name)) < 1:
                raise OptionError(f"{name} must be 1 or more, got {value}")
        source, output = Path(self.input), Path(self.output)
        if source.is_file() and source.resolve() == output.resolve():
            raise OptionError(f"output must be another file than input, got {self.output!r} for both")

    def search(self) -> SearchOptions:
        """The options of the chosen algorithm, or of the toolkit.

        Raises:
            OptionError: a setting that the algorithm has not, or a value out of its range.
        """
        given = {name: value for name in SETTINGS if (value := getattr(self, name)) is not None}
        given["constraints"] = Constraints(no_repeat_ngram=self.no_repeat_ngram)
        kind = DECODERS[self.decoder].options
        known = {field.name for field in fields(kind)}
        if strangers := sorted(set(given) - known):
            raise OptionError(f"decoder '{self.decoder}' has no setting {strangers[0]}, got {given[strangers[0]]}")
        if not self.preset:
            self._check_weights()
            options: SearchOptions = kind(**given)
            return options
        if self.decoder != "beam":
            raise OptionError(f"preset goes with decoder 'beam', got {self.preset!r} and {self.decoder!r}")
        return preset(self.preset, **given)

    def _check_weights(self) -> None:
        """A rule of weight 0 does nothing: who asks for the rule wants it to do something."""
        if self.coverage not in (None, CoverageRule.NONE) and not self.beta:
            raise OptionError(f"coverage '{self.coverage}' needs a beta above 0, got {self.beta}")
        if self.length_rule in (LengthRule.REWARD, LengthRule.BOUNDED_REWARD) and not self.reward:
            raise OptionError(f"length_rule '{self.length_rule}' needs a reward above 0, got {self.reward}")


def main() -> int:
    """The command line; a user's mistake is one line on standard error and exit status 2."""
    try:
        options = tyro.cli(
            DecodeOptions,
            prog="python -m seq2seq_core.decode",
            description=__doc__,
            config=(tyro.conf.EnumChoicesFromValues, tyro.conf.FlagCreatePairsOff),
        )
        run(options)
    except Seq2SeqError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def run(options: DecodeOptions) -> None:
    """Decode the input to the output; a file appears under its name when it is complete."""
    search = options.search()
    with gathered_crew() as crew:
        file = _sharded(options, crew)
        device = f"cuda:{crew.local_rank}" if options.device == "cuda" and crew.size > 1 else options.device
        pipeline = open_pipeline(
            options.model, device, source_language=options.source_language, target_language=options.target_language
        )
        search = replace(search, constraints=_in_tokens(search.constraints, pipeline, options))
        if file is not None:
            file.decode(
                crew,
                _settings(options),
                lambda shard: decoded(pipeline, shard.lines, search, options, first=shard.first),
                lambda shard: _decodable(pipeline, shard.lines, options.input, shard.first),
                resume=options.resume,
            )
            return
        with _opened(options.output) as output:
            for line in decoded(pipeline, _lines(options.input), search, options):
                output.write(line.encode() + b"\n")


def _sharded(options: DecodeOptions, crew: Crew) -> ShardedFile | None:
    """The input where it is to be decoded in shards: a file of many lines; any file to be resumed or shared.

    Raises:
        OptionError: what is no file is to be resumed or shared.
    """
    source, output = Path(options.input), Path(options.output)
    needed = options.resume or crew.size > 1
    if "-" in (options.input, options.output) or not source.is_file() or (output.exists() and not output.is_file()):
        if needed:
            raise OptionError(
                f"resume and torchrun need files as input and output, got {options.input!r} and {options.output!r}"
            )
        return None
    file = ShardedFile.of(source, output, options.shard_lines)
    return file if needed or file.lines > options.shard_lines else None


def _settings(options: DecodeOptions) -> dict[str, object]:
    """All that decides the outputs, in the types of JSON; a checkpoint by the hashes that it holds."""
    free = ("input", "output", "resume", "device", "batch_size")
    settings = {name: value for name, value in asdict(options).items() if name not in free}
    config = standing_folder(Path(options.model)) / "config.json"
    if config.is_file():
        settings["model"] = hashlib.sha256(config.read_bytes()).hexdigest()
    return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}


def _in_tokens(constraints: Constraints, pipeline: Door, options: DecodeOptions) -> Constraints:
    """The constraints with what is asked in words as the model's tokens.

    Raises:
        InputError: words that the model cannot write.
        OptionError: a forbidden word of several pieces, each of which may stand in other words.
    """
    banned = [pipeline.written(word) for word in options.forbid]
    for word, pieces in zip(options.forbid, banned, strict=True):
        if len(pieces) != 1:
            raise OptionError(f"forbid takes words of one piece, and {word!r} has {len(pieces)}")
    return replace(
        constraints,
        required=tuple(pipeline.written(words) for words in options.require),
        banned=tuple(token for (token,) in banned),
        forced_prefix=pipeline.written(options.prefix) if options.prefix else (),
    )


def decoded(
    pipeline: Door, lines: Iterable[str], search: SearchOptions, options: DecodeOptions, first: int = 1
) -> Iterator[str]:
    """One output line for each input line, in order; `first` is the number of the first one in its file."""
    rest = _decodable(pipeline, lines, options.input, first)
    if options.trace:
        while batch := list(islice(rest, options.batch_size)):
            yield from _traced(pipeline, batch, search)
    else:
        while chunk := list(islice(rest, CHUNK * options.batch_size)):
            yield from _translated(pipeline, chunk, search, options)


def _decodable(pipeline: Door, lines: Iterable[str], name: str, first: int) -> Iterator[str]:
    """The same lines; one that the model cannot read is named by its number."""
    for number, line in enumerate(lines, start=first):
        try:
            if not pipeline.is_blank(line):
                pipeline.encode(line)
        except InputError as error:
            raise InputError(f"{name}, line {number}: {error}") from error
        yield line


def _translated(
    pipeline: Door, chunk: Sequence[str], search: SearchOptions, options: DecodeOptions
) -> Iterator[str]:
    # An output is one line: a line break that a model spells out in bytes must not shift the lines after it.
    for text in pipeline.translate(chunk, search, batch_size=options.batch_size):
        yield " ".join(text.splitlines())


def _traced(pipeline: Door, batch: Sequence[str], search: SearchOptions) -> Iterator[str]:
    blank = [pipeline.is_blank(line) for line in batch]
    traces = iter(pipeline.traces([line for line, empty in zip(batch, blank, strict=True) if not empty], search))
    for empty in blank:
        yield "null" if empty else to_json(next(traces))


def _lines(name: str) -> Iterator[str]:
    """The lines of a file or of standard input."""
    try:
        with contextlib.nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as file:
            yield from utf8_lines(file, name)
    except OSError as error:
        raise DataError(f"{name}: cannot be read: {error.strerror or error}") from error


@contextlib.contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    """Standard output, or a file that takes its name when it is complete."""
    if name != "-":
        with replaced(Path(name)) as file:
            yield file
        return
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
