"""The reference pages in docs/reference, from the declarations.

`pages` writes them; `effects` reads the measured effects and says in a sentence what they show.
"""
