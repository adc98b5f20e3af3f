"""Telling programs what happened: signed, retried, and only what their owner may see.

An event that some webhook asks for opens a row in the event's own transaction (`actions.announce`); a job sends it.
A killed process loses nothing and a receiver may get the same message twice, under the same id.
docs/api.md says what a receiver does with it.
"""
