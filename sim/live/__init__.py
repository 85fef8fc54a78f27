"""The live view: a local server that runs the model, and the page that plays what it sends.

It holds no rule and no parameter value: a view says which scenarios, what is set and what is moved when; the server
runs all months at once and sends them as frames.

Read in this order: `views` (what a room looks at, as one value; `address` reads it from a link, `deck` from a file),
`frames` (what is seen of a run), `story` and `sentences` (what is said of it, in the `words` of a language), `answers` (all
of it together), `server` (what can be asked, in one `workshop`, within `limits`), `declared` (what the page is told once).
Who may ask: `guard` and `entry`. To take away: `downloads`, with the page in one file by `bundle`. `door` opens it all. The
page itself begins in page/main.js.
"""
