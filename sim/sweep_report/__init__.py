"""The report of a sweep: a question, the map, and what decides it, as one page that fetches nothing.

`findings` works everything out once; `opening`, `map_section` (drawn from `map_data`), `deciding_sections` and
`evidence_sections` show it, each as a `section`; `page` puts them together. The same for other programs: `summary`, `tables`
and `points_file`.
"""
