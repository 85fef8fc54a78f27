"""The live view: a local server that runs the model, and a page that plays the result.

The server holds no rule and no parameter value. A view says which scenarios run, and what is changed when; the server
simulates all months at once and sends them to the page, which begins in page/main.js.

`views`: what is shown, as one value; `url` reads it from a link, `session` from a deck file.
`playback`: what is seen of a run, by month and council. `narrative`: what is said about it; `i18n`: in which language.
`responses` puts them together; `metadata` describes parameters and scenarios to the page once.
`server`: the endpoints; `worker_pool` runs simulations; `middleware` checks every request; `access` controls entry and
limits. `downloads` and `single_file`: what can be saved. `serve` starts and stops all of it.
"""
