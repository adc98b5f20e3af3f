"""Boards read from a replica of the database, where the operator names one (LINLI_REPLICA_URL).

A board is what may be some seconds old: a register's list, map and charts, the search of the trace, exports.
Everything else, and above all who may see what, is read from the primary. Nothing is ever written to the replica.

`reading.read` decides each time: the replica while it is behind by less than a parameter says and the reader has not
just written, otherwise the primary. A replica that fails is left alone for some seconds and nobody notices but the
operator (`/readyz`, `/metrics`, the log).
"""
