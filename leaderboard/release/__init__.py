"""The narrow door: what a release file is, for the side that writes it and the side that reads it.

`schema` says which tables and columns each version has, `container` turns tables into bytes and back, `legacy` reads
the DuckDB files of before. A version's schema never changes once a release was signed with it; a newer one only adds.
"""
