"""Backups: the database, the files and the keys of one moment in one encrypted file.

The file is a tar inside age (https://age-encryption.org), so that it can be opened in twenty years without Linli:

    age --decrypt -i key.txt linli-….tar.age | tar x

It holds `manifest.json` (versions, rows and a sum of each table), `database/…` (a plain dump by pg_dump, compressed,
in parts), `secrets/…`, `files/…`, and at the end `SHA256SUMS` over all of them. It is written and read as a stream:
memory does not grow with the data. See docs/algorithms/backup.md for what makes it one moment and all or nothing.

`archive`, `dump`, `tables`, `making`, `reading` and `restoring` need no Django set up; the rooms beside them do.
"""
