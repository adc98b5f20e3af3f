"""What an operator watches: a line in the log for each request, figures for Prometheus, who is really calling.

Nothing here names a person, an address of a page or a value that somebody typed: a request is known by its route (the
pattern of its address), a user by the account's unguessable uid.
"""
