"""The tokenizer's promises: nothing unrepresentable, lossless on normalised text, spans into the text as given."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seq2seq_core.errors import InputError, OptionError
from seq2seq_core.tokenizer import END_ID, LEARNT_KINDS, UNKNOWN_ID, Tokenizer, TokenizerKind

LINES = ("the cat sat on the mat", "a cat and a dog", "où est la bibliothèque ?", "the dog sat") * 20
BYTE_KINDS = (TokenizerKind.UNIGRAM, TokenizerKind.BPE, TokenizerKind.CHAR)
TRAINED = {kind: Tokenizer.train(LINES, kind=kind, vocabulary_size=330) for kind in LEARNT_KINDS}
AWKWARD = ("", "hello", "中文 and العربية", "👩‍👩‍👧 e\u0301", "<s> </s> <pad>", "<0x41>", "a\tb", "${x} <script>", "▁")


@pytest.mark.parametrize("kind", BYTE_KINDS)
@pytest.mark.parametrize("text", AWKWARD)
def test_decoding_gives_the_normalised_text_back(kind: TokenizerKind, text: str) -> None:
    tokenizer = TRAINED[kind]
    assert tokenizer.decode(tokenizer.encode(text).ids) == tokenizer.normalize(text)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_no_text_needs_the_unknown_token(text: str) -> None:
    for kind in BYTE_KINDS:
        assert UNKNOWN_ID not in TRAINED[kind].encode(text).ids


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("  two   blanks ", "two blanks"),
        ("ＦＵＬＬ　width", "FULL width"),
        ("ﬁne…", "fine..."),
        ("zero\u200bwidth", "zero width"),
        ("bell\x07", "bell"),
        ("line\nbreak", "line break"),
    ],
)
def test_normalisation_changes_what_the_docstring_says(text: str, normalised: str) -> None:
    assert TRAINED[TokenizerKind.UNIGRAM].normalize(text) == normalised


@pytest.mark.parametrize("kind", LEARNT_KINDS)
def test_spans_are_ranges_of_the_given_text_in_order(kind: TokenizerKind) -> None:
    text = "the  cat, où 中"
    spans = TRAINED[kind].encode(text).spans
    assert all(0 <= begin <= end <= len(text) for begin, end in spans)
    assert list(spans) == sorted(spans)
    assert spans[-1][1] == len(text)


def test_words_are_looked_up_one_by_one() -> None:
    encoding = TRAINED[TokenizerKind.WORD].encode("the zebra  sat")
    assert encoding.pieces == ("▁the", "▁zebra", "▁sat")
    assert encoding.ids[1] == UNKNOWN_ID
    assert encoding.spans == ((0, 3), (4, 9), (11, 14))
    assert TRAINED[TokenizerKind.WORD].decode(encoding.ids) == "the <unk> sat"


@pytest.mark.parametrize("text", ["the Dog", "t h e d o g", " THE\tdog  "])
def test_letters_are_tokens_whatever_their_case_and_blanks(text: str) -> None:
    tokenizer = TRAINED[TokenizerKind.LETTER]
    encoding = tokenizer.encode(text)
    assert encoding.pieces == tuple(f"▁{letter}" for letter in "thedog")
    assert [text[begin:end].lower() for begin, end in encoding.spans] == list("thedog")
    assert tokenizer.decode(encoding.ids) == tokenizer.normalize(text) == "thedog"


def test_a_letter_never_seen_is_unknown_and_the_rest_is_not() -> None:
    tokenizer = TRAINED[TokenizerKind.LETTER]
    ids = tokenizer.encode("caž").ids
    assert ids[2] == UNKNOWN_ID and UNKNOWN_ID not in ids[:2]
    assert tokenizer.decode(ids) == "ca<unk>"


@pytest.mark.parametrize("kind", LEARNT_KINDS)
def test_text_that_looks_like_the_end_token_stays_text(kind: TokenizerKind) -> None:
    assert END_ID not in TRAINED[kind].encode("stop </s> here").ids


@pytest.mark.parametrize("kind", LEARNT_KINDS)
def test_ids_of_many_texts_equal_the_ids_of_each(kind: TokenizerKind) -> None:
    tokenizer = TRAINED[kind]
    assert tokenizer.encode_ids(LINES[:3]) == [list(tokenizer.encode(line).ids) for line in LINES[:3]]


@pytest.mark.parametrize("kind", LEARNT_KINDS)
def test_a_saved_model_cuts_as_before(kind: TokenizerKind) -> None:
    again = Tokenizer(TRAINED[kind].model, kind)
    assert again.encode(LINES[1]) == TRAINED[kind].encode(LINES[1])


def test_training_twice_gives_the_same_model() -> None:
    assert Tokenizer.train(LINES, vocabulary_size=330).model == TRAINED[TokenizerKind.UNIGRAM].model


def test_a_lone_surrogate_is_named() -> None:
    with pytest.raises(InputError, match=r"U\+D800 at position 1"):
        TRAINED[TokenizerKind.UNIGRAM].encode("a\ud800")


def test_foreign_bytes_are_refused() -> None:
    with pytest.raises(OptionError, match="must be a SentencePiece model"):
        Tokenizer(b"not a model")


def test_no_text_to_learn_from_is_refused() -> None:
    with pytest.raises(OptionError, match="at least one line"):
        Tokenizer.train(["", "  "])


@pytest.mark.parametrize("kind", LEARNT_KINDS)
@pytest.mark.parametrize("size", [290, 300])
def test_the_size_is_the_most_that_is_used(kind: TokenizerKind, size: int) -> None:
    many = [" ".join(f"word{number}" for number in range(begin, begin + 50)) for begin in range(0, 1000, 50)]
    tokenizer = Tokenizer.train(many, kind=kind, vocabulary_size=size)
    # byte kinds: 260 reserved tokens, w o r d, ten digits and the blank; letters: 4 reserved tokens and the fourteen
    assert len(tokenizer) == {TokenizerKind.CHAR: 275, TokenizerKind.LETTER: 18}.get(kind, size)


@pytest.mark.parametrize(("kind", "least"), [("unigram", 275), ("bpe", 275), ("char", 261), ("word", 5), ("letter", 5)])
def test_a_size_without_room_for_what_the_kind_needs_is_refused(kind: str, least: int) -> None:
    text = ["word0 word1 word2345 6789"] * 3
    with pytest.raises(OptionError, match=f"vocabulary_size must be {least} or more for {kind} .* got {least - 1}"):
        Tokenizer.train(text, kind=kind, vocabulary_size=least - 1)
    assert len(Tokenizer.train(text, kind=kind, vocabulary_size=least)) == least


def test_characters_without_room_are_spelt_in_bytes() -> None:
    tokenizer = Tokenizer.train(["aaaa bbb cc d"] * 3, kind="char", vocabulary_size=262)
    text = "abcd"
    encoding = tokenizer.encode(text)
    assert encoding.pieces == ("▁", "a", "<0x62>", "<0x63>", "<0x64>")
    assert tokenizer.decode(encoding.ids) == text


@pytest.mark.parametrize("text", ["\u200b", "\x07", "\ufeff \u3000"])
def test_text_that_normalisation_empties_teaches_nothing(text: str) -> None:
    with pytest.raises(OptionError, match="at least one line of text"):
        Tokenizer.train([text])


@pytest.mark.parametrize("kind", LEARNT_KINDS)
def test_a_lone_surrogate_is_named_wherever_it_comes_in(kind: TokenizerKind) -> None:
    with pytest.raises(InputError, match="lone surrogate"):
        TRAINED[kind].encode_ids(["fine", "a\ud800"])
    with pytest.raises(InputError, match="lone surrogate"):
        TRAINED[kind].normalize("a\ud800")
    with pytest.raises(InputError, match="lone surrogate"):
        Tokenizer.train([*LINES, "a\ud800"], kind=kind)


def test_the_unknown_token_is_visible_in_text() -> None:
    assert TRAINED[TokenizerKind.WORD].decode([UNKNOWN_ID, END_ID]) == "<unk>"
    assert TRAINED[TokenizerKind.BPE].decode([UNKNOWN_ID, END_ID]).strip() == "⁇"
