"""Reports: text for the terminal, charts, and self-contained HTML pages.

`comparison_text` and `comparison_page` report a comparison with the sentences of `comparison_sentences`, `cases_page`
the historical cases, `sweep_text` and `sweep_page` a sweep. `discovery_text` and `discovery_page` report a condition,
`search_text` and `search_page` a search. `charts` draws, `html` makes pages from the templates beside it, `wording`
writes levels and differences, `terminal` prints tables. `describe` explains a name on the command line; `reference`
writes the reference pages.
"""
