from .values import Batch, Candidate, Incoming, Match
