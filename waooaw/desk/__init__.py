"""The desk: who has a ticket, since when, what was done, and when somebody has to be told.

Triage says whose a request is; the desk keeps that promise. A ticket moves up when nobody answers,
takes all that is known along, and is closed by a person, never by itself.
"""
