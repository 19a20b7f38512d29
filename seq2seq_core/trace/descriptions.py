"""What every field of a trace means, in the words of the JSON Schema; `schema` puts types and ranges beside them.

Names are those of the document: columns without their size suffix. Sizes: N candidates of a step, E prefixes expanded
in it, S source pieces, P listed next tokens of a prefix, L layers, H heads.
"""

from collections.abc import Mapping
from typing import Final

DOCUMENT: Final = (
    "What one search over one source did, step by step. A step holds its candidates as columns, arrays of one length, "
    "in the order of their ranks; a candidate is named by (step number from 1, index from 0 in that step's columns). "
    "Log-probabilities are natural logarithms, in nats. Numbers are finite; minus infinity is the string \"-inf\" and "
    "stands only where a field allows it. The schema holds types, names and ranges; that sums add up, scores follow "
    "from the formula and fates from the ranks is for `python -m seq2seq_core.trace check` to judge. "
    "Size letters: N candidates of a step, E prefixes expanded in it, S source pieces, P listed next tokens of a "
    "prefix, L layers, H heads, T tokens of an output with its end token, n those without it, K beam size."
)

TRACE: Final[Mapping[str, str]] = {
    "format": "Name and version of this format.",
    "algorithm": "The search: what it may be decides which options, stop rules and fates occur.",
    "options": (
        "The settings of the search by name, as they came to be for this source: numbers and texts, with 1 and 0 for "
        "yes and no. What is not named is at its default. Settings of other programs may stand beside them."
    ),
    "formula": "The score in words, exactly as the options state it, such as 'log_prob_sum / T^0.7, T counts the end "
    "token'.",
    "source": "The source as it was given; may be empty.",
    "source_tokens": "The labels of the S source pieces that the model read; empty without a source.",
    "labels": "Token id, written as a decimal number, to the token's text: for every id that the trace mentions.",
    "steps": "The steps of the search in order, at least one; of an exact search, the depths of its tree.",
    "hypotheses": (
        "The outputs, best score first, equal scores by step and index: every finished candidate, or those cut at the "
        "maximum length where nothing finished; both where the option cut_competes is 1, and in sampling."
    ),
    "stop": "Why the search ended.",
    "window": (
        "D of local attention in source pieces: it sees those from centre - D to centre + D (Luong et al. 2015, "
        "https://arxiv.org/abs/1508.04025). There only where the model has it."
    ),
    "grid": "Rows and columns of a picture's patches, which lie row by row in source_tokens. There only for a picture.",
}

STEP: Final[Mapping[str, str]] = {
    "expanded": (
        "(E,) The prefixes that the step extended: indices of the live candidates of the step before, ascending; [-1], "
        "the start, in step 1. Row e of every other E column belongs to entry e."
    ),
    "attention": (
        "(E, S) Attention on the source pieces while predicting what follows each expanded prefix, from 0 to 1; a row "
        "sums to 1 at most. The mean over layers and heads where there are several. Single precision. null where the "
        "model has none."
    ),
    "next_token": "(E, P) The most probable next tokens of each expanded prefix, best first; -1 where there are no "
    "more.",
    "next_log_prob": (
        "(E, P) Their log-probabilities in nats, as the model gave them, before a constraint forbade anything; "
        '"-inf" where there are no more.'
    ),
    "parent": "(N,) The candidate that each one extends: its index in the step before; -1, the start, in step 1.",
    "token": "(N,) The token that each candidate adds to its parent.",
    "log_prob": "(N,) The log-probability of this token given its prefix, in nats; 0 or less.",
    "log_prob_sum": "(N,) The log-probability of the whole prefix in nats: its parent's and log_prob.",
    "length": (
        "(N,) T, the length that the formula divides by: tokens so far, as the option counts counts them; 0 only for "
        "an empty output under late_end."
    ),
    "penalty": (
        "(N,) What log_prob_sum is divided by: T^alpha, ((5 + T) / 6)^alpha (Wu et al. 2016, "
        "https://arxiv.org/abs/1609.08144, equation 14) or 1, by the option length_rule."
    ),
    "score": "(N,) log_prob_sum / penalty, with reward and coverage_penalty added where they are there.",
    "rank": (
        "(N,) From 1: the order of the candidates, group by group where there are groups, then by key where it is "
        "there, else by log_prob_sum, highest first; equal ones by parent, then by token."
    ),
    "margin": (
        "(N,) How far a pruned candidate lies below the cut, 0 for a kept one: in nats, or in the score where that "
        "ranks the step. Exact search: how far its bound lies below the best score."
    ),
    "heads": (
        "(E, L, H, S) Cross-attention of every layer and head, rows from 0 to 1; attention is its mean. Single "
        "precision. There only where the model has several or gives them."
    ),
    "centre": "(E,) The source position p_t, from 0, that local attention predicted (Luong et al. 2015, equation 9). "
    "There only in local-p.",
    "generate": "(E,) p_gen, from 0 (copy) to 1 (generate), of a pointer-generator (See et al. 2017, "
    "https://arxiv.org/abs/1704.04368, equation 8).",
    "coverage": "(E, S) The sum of the earlier attention rows of each prefix, which the model was told (See et al. "
    "2017, equation 10). Single precision.",
    "reward": "(N,) What is added to the score for its content tokens, in nats (Huang et al. 2017, "
    "https://aclanthology.org/D17-1227). There only where the formula has it.",
    "coverage_penalty": "(N,) What is added to the score for the attention along the whole path, in nats; 0 or less "
    "(Wu et al. 2016, equation 14, or the summary form). There only where the formula has it.",
    "key": "(N,) What the step is ranked by instead of log_prob_sum: nats, or the score where the option "
    "finished_compete is 1. There only where something else steers the search.",
    "draws": "(N,) Of several samples, how many drew the candidate. There only where there are several.",
    "group": (
        "(N,) Diverse beam search (Vijayakumar et al. 2016, https://arxiv.org/abs/1610.02424): the group, from 0, that "
        "the candidate is of. A step lists its groups one after the other, and order and fates hold within a group."
    ),
    "diversity": (
        "(N,) Diverse beam search: nats that key takes off for agreeing with what earlier groups chose in this step; 0 "
        "or more."
    ),
    "fate": "(N,) What became of each candidate in this step.",
}

HYPOTHESIS: Final[Mapping[str, str]] = {
    "step": "The step, from 1, in which it ended; the last one where the option finished_compete is 1.",
    "index": "Its candidate's index in that step.",
    "tokens": "Its n content tokens, without the end token.",
    "text": "Its text.",
    "fate": "'finished', or 'cut at maximum length'.",
    "log_prob_sum": "Its log-probability in nats, the end token's included; as in its candidate, like the rest.",
    "length": "T, as the formula counts it.",
    "penalty": "What log_prob_sum is divided by.",
    "score": "What the outputs are ranked by.",
    "reward": "What the score got for its length, in nats; 0 where it is not there.",
    "coverage_penalty": "What the score got for coverage, in nats; 0 where it is not there.",
}

STOP: Final[Mapping[str, str]] = {
    "rule": "The stop rule in force: of a beam its option stop_rule.",
    "reason": "What ended the search: the rule's name, or what ended it before the rule could.",
    "winner_step": "The step that wrote the last token of the best hypothesis, its end token counted; 0 without one.",
    "last_step": "The number of steps.",
}

FATES: Final = (
    "'live': extended in the next step. 'finished': an output. 'below the cut': pruned. 'end token below the cut': an "
    "end, but not of the best. 'cut at maximum length': would have lived. 'not drawn': listed beside what chance "
    "chose. 'cannot win': exact search, its best completion is not better than the best output. 'unexplored': exact "
    "search, the budget ended before its turn. 'held': where the option finished_compete is 1, an output of an earlier "
    "step that is still in the beam: its parent is itself in the step before, its token the end token again, at "
    "log_prob 0. "
    "'pushed out': such an output that better candidates have pushed out of the beam."
)

OPTIONS: Final[Mapping[str, str]] = {
    "alpha": "Exponent of the length rules power and gnmt.",
    "max_length": "Most tokens T of an output, its end token counted.",
    "min_length": "Fewest content tokens n of an output.",
    "length_rule": "How the score accounts for length; power by default.",
    "counts": "What T in the formula counts: content tokens, or the end token too (the default), or the start too; "
    "late_end: the end token too, but only in the steps after the one that writes it.",
    "reward": "Nats that a content token adds to the score.",
    "reward_length": "Content tokens that bounded_reward rewards at most.",
    "coverage": "What the score takes off for source pieces with too little (gnmt) or too much (summary) attention.",
    "beta": "Weight of the coverage rule.",
    "forced_prefix": "Token ids that every output begins with, parted by blanks.",
    "banned": "Token ids that are never written, parted by blanks.",
    "banned_after": "Paths parted by semicolons: the last token id of each must not follow the others.",
    "no_repeat_ngram": "No so many content tokens in a row occur twice.",
    "pins": (
        "An intervention from outside, not the model's own behaviour: steps (from 1) and source positions (from 0), "
        "such as '3:0 5:2'. In these steps all attention, of every layer and head, was set on that position; all other "
        "numbers are what the model made of it."
    ),
    "required": "Paths parted by semicolons: the token ids of each stand in every output, in a row. A beam is dealt "
    "to banks, one for each number of these tokens that a prefix has; fates and margins hold within a bank (Post and "
    "Vilar 2018, https://aclanthology.org/N18-1119).",
    "beam_size": "K, the live prefixes of a beam; of an exact search, of the beam that it starts from.",
    "n_best": "Hypotheses that a search without a trace returns.",
    "stop_rule": "When a beam ends.",
    "refill": "1, the default: another prefix takes the place of an end. 0: the best K candidates are all there is.",
    "force_end": "1: at the maximum length only the end token can follow. 0 by default.",
    "cut_competes": "1: a prefix cut at the maximum length is an output beside finished ones. 0 by default.",
    "coverage_steers": "1: the coverage penalty is part of what ranks a step. 0 by default.",
    "finished_compete": "1: a finished output stays in the beam, is ranked with the others by score in every step, and "
    "may be pushed out of it. 0 by default.",
    "groups": "Groups that a diverse beam is parted into evenly.",
    "strength": "Nats that a diverse beam takes off for each earlier choice of the same token in the same step.",
    "discount": "Share of what a diverse beam takes off for agreeing before: 0 is Hamming diversity, 1 the cumulative "
    "one.",
    "temperature": "What sampling divides the log-probabilities by before it draws.",
    "top_k": "Only so many of the most probable tokens can be drawn; 0: all.",
    "top_p": "Only the fewest tokens whose mass reaches it can be drawn; 1: all.",
    "seed": "Equal seeds draw equal outputs.",
    "samples": "Outputs drawn; 1 where it is not there.",
    "max_nodes": "Exact search: prefixes that are continued at most.",
    "max_seconds": "Exact search: seconds at most.",
    "log_prob": "Which log-probabilities the trace reports, where that is a question.",
    "origin": "Where an imported trace comes from.",
}
