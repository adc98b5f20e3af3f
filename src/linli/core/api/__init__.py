"""What programs may do, over HTTP: the same records, rights and actions as on the pages.

`rooms.py` is how an operation is declared, `frame.py` what surrounds each (rights, limits, transaction, answer),
`routers/` what is derived from the declarations of the kernel. A domain adds what is its own in its module `api.py`.
"""
