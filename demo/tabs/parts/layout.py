"""The switch between the tree of the search and the trie of its outputs."""

from dataclasses import asdict

from demo.tabs.parts.data import Data
from demo.wording.search_words import LayoutWords


def layout_data(words: LayoutWords) -> Data:
    return asdict(words)
