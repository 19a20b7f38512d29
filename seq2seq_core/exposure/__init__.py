"""Exposure bias, measured: how a model does behind the true prefix, behind its own, and behind a damaged one.

A model trained with teacher forcing has read nothing but true prefixes; in use it reads what it wrote itself (Ranzato
2016 named the difference). Four measures of it, all by greedy choice against one reference:

    by position      share of right tokens at target position t, once behind the reference's prefix and once behind the
                     model's own. A position counts if the reference has a token there, its end token included; where
                     an output has ended before, it is wrong. What an output has beyond its reference counts once: at
                     the place of the end token, which it missed.
    recovery         the last k of p reference tokens are replaced by random others, then the model goes on by itself
                     (He 2021, self-recovery): share of right tokens 1, 2, 3 ... places behind the damage. The place is
                     the same for all k, so that the same target tokens are compared.
    perplexity       exp of the mean of -log p(reference's token | prefix), the prefix the reference's (teacher forced)
                     or the model's own (free running), over the positions of the references: an own end token before
                     the end of the reference is read like any other.
    over-correction  share of outputs that repeat a token n-gram more often in a row than their reference does, and
                     share of wrong tokens right behind a prefix of the model's own that is right so far.

`leading` leads a model along references, `measures` counts, `comparison` puts both together for a model;
`python -m seq2seq_core.exposure` writes what the page shows.
"""
