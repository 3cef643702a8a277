# Against a user pool of the caller's, by hand only; and the proof that it would work.
EXTRA_DIST += tests/live/README.md tests/live/core.py tests/live/proof tests/live/run
