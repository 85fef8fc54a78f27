"""The live view: a local server that runs the model, and a page that plays the result.

The server holds no rule and no parameter value. Each request holds a whole view: the scenarios, and what is changed in which
month. The server simulates all months at once and sends them to the page, which starts in page/main.js.

`views`: reads a view; `url` reads one from a link, `session` reads the steps of a deck file.
`playback`: simulates and records a run by month and council. `narrative`: its story; `headline`: the sentence of each month;
`chain`: what is left of the benefit after each step. `i18n`: languages.
`responses` computes the answers to requests; `metadata` describes parameters and scenarios to the page.
`server`: the endpoints; `worker_pool` runs simulations; `middleware` checks every request; `access` has the access code and
the limits. `downloads` and `single_file` make files for download. `serve` starts and stops the server.
"""
