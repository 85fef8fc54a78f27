"""The page of a sweep: the question, the map, and the evidence behind it.

`findings` computes everything once. `map_section` and `sections` show it; `page` puts the page together. `tables` holds
the same results for other programs; `section` is what they share.
"""
