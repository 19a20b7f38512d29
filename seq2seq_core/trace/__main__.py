"""python -m seq2seq_core.trace: check trace files, or print the schema of their format.

    python -m seq2seq_core.trace check FILE...     - is standard input
    python -m seq2seq_core.trace schema

A file holds one trace, or one on each line as `decode --trace` writes them, with null for an empty line. Each is
answered by one line, FILE:LINE: good or what is wrong with it. Exit status: 0 all are good, 1 one is not, 2 a file
cannot be read or holds none.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from seq2seq_core.errors import DataError, TraceError

from .documents import NONE, documents, read
from .schema import schema_text

GOOD, BAD, UNUSABLE = range(3)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; `arguments` are those of the process by default."""
    parser = argparse.ArgumentParser(
        prog="python -m seq2seq_core.trace",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="check trace files")
    checking.add_argument("files", metavar="FILE", nargs="+", help="JSON, or JSON lines; - is standard input")
    commands.add_parser("schema", help="print the JSON Schema of the format")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "schema":
            print(schema_text(), end="", flush=True)
            return GOOD
        status = max(check_file(name) for name in chosen.files)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader of our output has gone, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BAD


def check_file(name: str) -> int:
    """Print a line for each document of a file; the exit status that it stands for."""
    try:
        found = documents(_text_of(name))
        if not found:
            raise DataError(f"{name}: must hold a trace, is empty")
    except DataError as error:
        print(_printable(f"error: {error}"), file=sys.stderr)
        return UNUSABLE
    status = GOOD
    for document in found:
        try:
            verdict = judged(document.text)
        except TraceError as error:
            status, verdict = BAD, str(error)
        print(_printable(f"{name}:{document.line}: {verdict}"))
    return status


def judged(text: str) -> str:
    """What a good trace is, in a few words.

    Raises:
        TraceError: the text is no trace, or one that contradicts itself.
    """
    if text.strip() == NONE:
        return "good: no trace, as for an empty line"
    trace = read(text)
    steps, outputs = _counted(len(trace.steps), "step"), _counted(len(trace.hypotheses), "hypothesis")
    return f"good: {trace.algorithm}, {steps}, {outputs}"


def _text_of(name: str) -> str:
    """The text of a file or of standard input, a byte order mark left out.

    Raises:
        DataError: it cannot be read, or is not UTF-8.
    """
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: not UTF-8 (byte {error.start + 1})") from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise DataError(f"{name}: cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _counted(count: int, noun: str) -> str:
    plural = noun.removesuffix("is") + "es" if noun.endswith("is") else f"{noun}s"
    return f"{count} {noun if count == 1 else plural}"


def _printable(text: str) -> str:
    """On one line, and without what a terminal would obey or an encoding lacks."""
    encoding = sys.stdout.encoding or "utf-8"
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
    return shown.encode(encoding, "backslashreplace").decode(encoding)


if __name__ == "__main__":
    sys.exit(main())
