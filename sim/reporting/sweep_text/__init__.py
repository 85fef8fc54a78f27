"""What a sweep shows, in sentences.

`headline`: which scenario is best, and where. `conditions`: the settings under which each is best, and limitations.
`evidence`: averages, other outcomes, losses. `verdict` puts them together.
"""
