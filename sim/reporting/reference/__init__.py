"""The reference pages in docs/reference, from the declarations.

`pages` writes them; `effects` reads the measured effects; `charts` draws those.
"""
