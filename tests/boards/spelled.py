"""The spellings that one value has in files of different tools."""

SAME = [
    ["1", "1.0", "1.00", " 1", "1 ", "\t1.0", "1", "1\u00a0"],
    ["0", "0.0", "-0", "-0.0"],
    ["-2", "-2.0"],
    ["true", "True", "TRUE", " true"],
    ["false", "False", "FALSE"],
    ["a b", "a b ", "a\u00a0b", " a\u2009b"],
    ["fine", "\ufb01ne", "ﬁne"],
    ["\u00e9t\u00e9", "e\u0301te\u0301"],
    ["True story"],
    ["2.5"],
]
"""Each list is one value, as it is written by hand, by a spreadsheet, by pandas or by R."""
