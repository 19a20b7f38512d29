"""One live training of a small model, for a class that watches: its settings, its frames, and the process that learns.

    options   what can be chosen; frames: what a training reports; both standard library only, so that pages read them
    corpus    the pairs: of a generated task, or of a visitor's file
    setup     a lesson's settings as those of `seq2seq_core.training`
    learn     the training itself

    python -m seq2seq_core.lesson FOLDER
"""
