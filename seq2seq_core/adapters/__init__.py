"""Models from elsewhere as `Stepper`s: encoder-decoders of Hugging Face's transformers library.

    hugging_face    a model and its tokenizer, opened by folder or name
    stepper         the model opened on its sources, stepped with its own key-value cache
    rules           what its generation settings demand of every output
    generated       traces from what the library's own `generate()` returned

The library is imported when a model is opened, never before: `pip install 'seq2seq-lab[hf]'` brings it.
"""

from .generated import traces_of_generated
from .hugging_face import MODEL_TYPES, HuggingFaceModel, Pieces
from .rules import Rules
from .stepper import HuggingFaceAnswer, HuggingFaceState, HuggingFaceStepper

__all__ = [
    "MODEL_TYPES",
    "HuggingFaceAnswer",
    "HuggingFaceModel",
    "HuggingFaceState",
    "HuggingFaceStepper",
    "Pieces",
    "Rules",
    "traces_of_generated",
]
