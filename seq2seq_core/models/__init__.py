"""Models, one family a file, each rebuilt from its config."""

from seq2seq_core.models.config import RecurrentConfig
from seq2seq_core.models.recurrent import RecurrentSeq2Seq, RecurrentStepper

__all__ = ["RecurrentConfig", "RecurrentSeq2Seq", "RecurrentStepper"]
