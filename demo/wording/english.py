"""The page in English."""

from typing import Final

from . import architectures, attention_sections, endings, gallery, search, trace_file, what_if
from .page_words import (
    FrameWords,
    InputWords,
    MessageWords,
    NBestWords,
    PageWords,
    PanelWords,
    ResultWords,
    TreeSectionWords,
)

_FRAME: Final = FrameWords(
    title="Seq2Seq Lab",
    tagline="Watch trained sequence-to-sequence models write, one decision at a time.",
    language="Language",
    footer=(
        "Every number is a rounding of what the model computed. The same search as data: "
        "[API](?view=api), endpoints `/decode` and `/compare`."
    ),
    failed="Something went wrong with this request; the app goes on. Please try again.",
    crowded="The demo is busy: {waiting} are waiting. Try again in a few seconds.",
    too_large="What was sent is too large: at most {limit} characters are taken.",
    unread="This answer was not fetched in time. Please ask again.",
    forgotten="This page has been away for a while and its result is no longer kept here. Please ask again.",
    lost="The connection to the server is lost. What this page shows stays; to go on, reload it.",
    reload="Reload the page",
)

_INPUT: Final = InputWords(
    sentence="{what} (at most {limit} characters)",
    placeholder="Type here and press Enter",
    translate="Translate",
    examples="Try",
    reasons={
        "differ": "greedy and beam differ",
        "beam_worse": "beam is worse here",
        "long": "a long sentence",
        "unseen": "a word never seen",
    },
    reason_and_note="{reason}: {note}",
    seed="Seed",
    seed_info="The same seed draws the same text; the button takes the next one",
    temperature="Temperature",
    temperature_info="Below 1 likely tokens gain, above 1 unlikely ones",
    sample="Sample",
    beam_size="Beam size",
    beam_size_info="How many prefixes stay alive at each step",
    alpha="Alpha",
    alpha_info="Length penalty: 0 is none, more favours long outputs",
    more="More",
    max_length="Maximum length",
    max_length_info="Tokens, end token included. 0: twice the source and the model’s own room, at most {limit}",
    min_length="Minimum length",
    min_length_info="Content tokens before the output may end",
    stop_rule="Stop rule of the beam",
    stop_rule_info="When the search ends",
    stop_rules={
        "k_finished": "as many outputs finished as the beam is wide",
        "nothing_live_can_win": "no prefix still in the beam can win",
    },
)

_MESSAGE: Final = MessageWords(
    hint="Type something, choose an example, or press the button.",
    loading="The model is loading; this takes a few seconds after a start. What you ask waits until it is there.",
    busy="Decoding…",
    gone="This result is no longer kept. Decode it again.",
    problems={
        "empty": "There is nothing to decode yet: type something.",
        "too long": "The text has {found} characters; at most {limit} are possible.",
        "too many tokens": "The model cuts this text into {found} pieces; at most {limit} are possible. Shorten it.",
        "not text": "This is not valid text: it holds a character code that stands for no character.",
        "model": "The model must be one of {models}, got {found}.",
        "beam size": "The beam size must be a whole number from {low} to {high}, got {found}.",
        "alpha": "Alpha must be a number from {low} to {high}, got {found}.",
        "maximum length": "The maximum length must be a whole number from {low} to {high}, got {found}.",
        "minimum length": "The minimum length must be a whole number from {low} to {high}, got {found}.",
        "minimum too high": (
            "The minimum length ({minimum}) must be below the maximum length ({maximum}), because the end token counts."
        ),
        "stop rule": "The stop rule must be one of {rules}, got {found}.",
        "seed": "The seed must be a whole number from {low} to {high}, got {found}.",
        "temperature": "The temperature must be a number from {low} to {high}, got {found}.",
        "length rule": "The common score must be one of {rules}, got {found}.",
        "top p": "Top p must be a number from {low} to {high}, got {found}.",
        "algorithm": "The algorithm must be one that this model is decoded with ({algorithms}), got {found}.",
        "pins": "This model’s attention cannot be set from outside: {reason}.",
        "trace": "This file is no trace that can be shown: {reason}",
        "no trace": "This file holds no trace: it is empty.",
        "trace too large": "The file has {found} characters; at most {limit} are possible.",
        "trace too wide": (
            "The trace is too large to draw: it has {steps} steps, {candidates} candidates and {pieces} source pieces; "
            "at most {most_steps}, {most_candidates} and {most_pieces} are possible."
        ),
        "changes": "A search can be changed at {limit} places at most.",
        "loading": "The model is still loading. Try again in a few seconds.",
        "failed": "This model could not be loaded. The log of the app says why.",
        "refused": "The model cannot read this: {reason}.",
    },
)

_RESULT: Final = ResultWords(
    title="Result",
    explain=(
        "Greedy always takes the most probable next token, a sample draws it; beam search keeps several prefixes and "
        "decides last."
    ),
    greedy="Greedy",
    sample="Sample, seed {seed}, temperature {temperature}",
    beam="Beam, size {beam_size}",
    empty="(empty output)",
    pieces="As tokens",
    pieces_hint="The tokens the model wrote; ▁ marks the start of a word, </s> the end of the output",
    parting="here they part",
    show_attention="Show attention",
    attention_shown="Attention is shown",
    show_numbers="Show its numbers",
    numbers_shown="Its numbers are shown",
    log_prob_sum="log-prob sum",
    length="length T",
    penalty="penalty",
    score="score",
    found="found at step",
    found_value="{winner} of {last}",
    stopped="stopped because",
    reasons={
        "end token": "end token written",
        "end token drawn": "end token drawn",
        "k_finished": "enough outputs finished",
        "nothing_live_can_win": "no prefix still in the beam can win",
        **endings.ENGLISH,
        "maximum length": "maximum length reached",
        "no live prefix": "no prefix left to continue",
    },
    time="time",
    milliseconds="{time} ms",
    from_cache="{time} ms (kept from before)",
    formula=(
        "score = log-prob sum / penalty, penalty = T^{alpha}; T counts tokens, the end token </s> too, never <s>. "
        "Log-probs are natural logarithms, in nats: 1 nat more is e ≈ 2.7 times the probability."
    ),
    reference="Reference",
    no_output="(no output)",
    verdicts={
        "nothing": "Neither search produced an output.",
        "only greedy": "Only greedy produced an output.",
        "only beam": "Only beam search produced an output.",
        "agree": "Both agree: greedy and beam search end with the same output.",
        "greedy cut": "Greedy ran into the maximum length without an end; beam search finished.",
        "beam cut": "Beam search ran into the maximum length without an end; greedy finished.",
        "both cut": "Both ran into the maximum length without an end. Beam’s output is ahead by {nats} nats.",
        "tie": "Two different outputs with exactly the same probability and score.",
        "beam better": "Beam search found an output {nats_size} nats more probable ({times} times as probable).",
        "beam scores higher": (
            "Beam search chose an output that is not more probable ({nats} nats), but scores higher by {score_size}: "
            "the length penalty decides."
        ),
        "greedy scores higher": (
            "Beam’s output is {nats_size} nats more probable, but here greedy’s scores higher by {score_size}: "
            "by score, beam search is worse."
        ),
        "beam worse": "Here beam search is worse than greedy: {nats} nats, and {score} in score.",
    },
    notes={
        "beam shorter": "Beam’s output is shorter: T = {beam_length} against {greedy_length}.",
        "beam longer": "Beam’s output is longer: T = {beam_length} against {greedy_length}.",
        "beam empty": "Beam’s output is empty: to end at once scored best.",
        "greedy empty": "Greedy’s output is empty: the end token came first.",
        "agreed empty": "It is empty: the end token came first.",
        "agreed cut": "It was cut at the maximum length, before any end token.",
    },
    sampled="A sample is one text drawn by chance; beam search looks for the most probable text.",
)

_NBEST: Final = NBestWords(
    title="All finished outputs",
    explain="Alpha only re-ranks them, nothing is decoded. Choose a row to see how it came about.",
    alpha="Alpha",
    rank="rank",
    change="change",
    output="output",
    log_prob_sum="log-prob sum",
    length="T",
    length_explained="T: the number of tokens, the end token counted",
    penalty="penalty",
    score="score",
    same="same rank as in the search",
    up="up by {by}",
    down="down by {by}",
    cut="cut at maximum length",
    now="Ranked for alpha {alpha}; the search ran with {searched}.",
    at_search="Ranked for alpha {alpha}, as in the search.",
    formula="score = log-prob sum / penalty, penalty = T^{alpha}; T: number of tokens, the end token counted",
    winner_changes="The winner changes at {changes}.",
    winner_change="alpha {alpha} (“{before}” → “{after}”)",
    winner_stays="The same output wins for every alpha from 0 to 2.",
    order_changes="Ranks swap at alpha {alphas}.",
    search_free="Under this stop rule alpha never changes the search itself.",
    search_same="With this alpha the search would end at the same step ({step}).",
    search_earlier="With alpha {alpha} the search itself would change: it would end at step {step} instead of {last}.",
    search_later="With alpha {alpha} the search itself would change: it would go on after step {last}.",
    search_ranges="Elsewhere it would end: {ranges}.",
    search_range="alpha {low} to {high}, at step {step}",
    search_range_later="alpha {low} to {high}, after step {last}",
    again="Search again with alpha {alpha}",
)

_TREE: Final = TreeSectionWords(
    title="The beam, step by step",
    explain="Each column is a step, each row a rank; lines lead to the true parent. Step through it, choose any node.",
)

_PANEL: Final = PanelWords(
    title="Selected node",
    explain="How its score comes about, in unrounded numbers; what it looked at; what could come next.",
    start="The start token: nothing is written yet.",
    node="“{token}”, step {step}, rank {rank}",
    greedy_node="Greedy: “{token}”, step {step}, rank {rank}",
    sample_node="Sample: “{token}”, step {step}, rank {rank}",
    fates={
        "live": "lives on",
        "finished": "finished",
        "below the cut": "pruned: below the cut by {margin} nats",
        "end token below the cut": "pruned: end token below the cut by {margin} nats",
        "cut at maximum length": "cut at maximum length",
        "not drawn": "not drawn",
        "cannot win": "cannot win: its best completion stays {margin} below the best score",
        "unexplored": "unexplored: the budget ended before its turn",
        "held": "finished before, still in the beam",
        "pushed out": "finished before, pushed out of the beam by {margin}",
    },
    fate="what became of it",
    prefix="written so far",
    ledger="Ledger",
    step="step",
    token="token",
    log_prob="log p",
    running="running sum",
    length_explained="T (number of tokens)",
    penalty="T^{alpha}",
    score="score",
    score_is="sum / T^{alpha}",
    attention="Attention while this token was predicted",
    attention_of="Attention while this token was predicted: {head}",
    no_attention="This model has no attention.",
    next_tokens="Next tokens after it",
)

PAGE: Final = PageWords(
    frame=_FRAME,
    translate="Translate",
    gallery=gallery.ENGLISH,
    card=gallery.CARD_ENGLISH,
    architectures=architectures.ENGLISH,
    input=_INPUT,
    message=_MESSAGE,
    result=_RESULT,
    nbest=_NBEST,
    tree=_TREE,
    search=search.ENGLISH,
    panel=_PANEL,
    heatmap=attention_sections.HEATMAP_ENGLISH,
    self_attention=attention_sections.SELF_ATTENTION_ENGLISH,
    what_if=what_if.ENGLISH,
    trace_file=trace_file.ENGLISH,
)
