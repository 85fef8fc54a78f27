"""The live view: a local server that runs the model, and the page that plays what it sends.

It holds no rule and no parameter value: a view says which scenarios, what is set and what is moved when; the server
runs all months at once and sends them as frames.
"""
