"""What a release publishes, computed again from other things that it publishes: the examples of the methods page.

One function per formula: a release and a board in, the numbers of the example out, or None where the board does not
measure it. What rests on single prompts cannot be computed again by anybody outside; there `checks` stays empty.
"""
