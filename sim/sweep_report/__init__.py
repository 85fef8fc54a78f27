"""The report of a sweep: a question, the map, and what decides it, as one page that fetches nothing."""
