"""Trainings that visitors start on the page: at most two at once, each a process of its own that never outlives it.

    desk      who may train, in which order, for how long; what came of it
    process   one training as a process
    runs      a training as the page sees it
    files     a visitor's pairs, checked; a trained model as a zip
    pairs     ready-made pairs of trainings that show something side by side
"""

from seq2seq_core.lesson.frames import Answer, Ending, Frame, attention_file
from seq2seq_core.lesson.options import (
    DIFFICULTIES,
    OWN_FILE,
    WITHOUT_CHOICE,
    Course,
    Cut,
    LessonOptions,
    Looks,
    Network,
    OwnToken,
    Schedule,
    Size,
)

from .desk import CrowdedError, Lab, Limits
from .files import LONGEST_SIDE, MOST_BYTES, MOST_LINES, UploadError, UploadProblem, read_upload, take_upload
from .folders import new_folder
from .pairs import Comparison, changed, lessons_of
from .runs import RunView, Stage

__all__ = [
    "DIFFICULTIES",
    "LONGEST_SIDE",
    "MOST_BYTES",
    "MOST_LINES",
    "OWN_FILE",
    "WITHOUT_CHOICE",
    "Answer",
    "Comparison",
    "Course",
    "CrowdedError",
    "Cut",
    "Ending",
    "Frame",
    "Lab",
    "LessonOptions",
    "Limits",
    "Looks",
    "Network",
    "OwnToken",
    "RunView",
    "Schedule",
    "Size",
    "Stage",
    "UploadError",
    "UploadProblem",
    "attention_file",
    "changed",
    "lessons_of",
    "new_folder",
    "read_upload",
    "take_upload",
]
