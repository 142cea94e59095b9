"""A whole mail site under one folder: Postfix, PostgreSQL, OpenDKIM and Lazaret, all private.

The system tests and tools/try run on it. Everything listens on 127.0.0.0/8 or on unix sockets in
that folder; nothing of the machine's own services is read or changed. Needs root, because Postfix
does, and because PostgreSQL refuses to run as root and is started as its own user.
"""
