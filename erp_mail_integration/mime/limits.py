"""Bounds of the parser, in one place (THREATS 23-25).

A mail beyond a bound is still parsed: what is over is left out of the value object and a defect
says so. The raw source keeps everything.
"""

MAX_DEPTH = 100
"""Nesting of multiparts; the bound Dovecot uses."""

MAX_PARTS = 10_000
"""Leaves of one mail; the bound Dovecot uses. What follows is one last attachment."""

MAX_FALSE_DELIMITERS = 1_000_000
"""Lines that start with `--` and are no boundary. Keeps 50 MB of dashes within a second."""

MAX_HEADERS = 1_000
"""Header fields kept of one header block; 100,000 are still read past, not kept."""

MAX_HEADER_LENGTH = 65_536
"""Characters kept of one unstructured header field."""

MAX_SUBJECT_LENGTH = 2_000
"""Characters of a subject. RFC 5322 lets a line have 998."""

MAX_ADDRESSES = 1_000
"""Addresses kept of one header field."""

MAX_ADDRESS_HEADER = 262_144
"""Characters of an address header that are read at all."""

MAX_MESSAGE_ID_LENGTH = 998
"""A Message-ID cannot be folded, so RFC 5322 2.1.1 bounds it by the length of a line."""

MAX_REFERENCES = 500
"""Message-IDs kept of References: the first (the thread's root) and the last 499."""

MAX_TEXT_BYTES = 2 * 1024 * 1024
"""Bytes of all text bodies that are decoded for reading and searching. Fingerprints cover all."""

MAX_FILENAME_BYTES = 255
"""UTF-8 bytes of an attachment's name: the bound of every common file system."""

MAX_PARAMETER_SECTIONS = 10_000
"""RFC 2231 continuation sections of one parameter list."""

MAX_PARAMETERS_LENGTH = 524_288
"""Characters read of one Content-Type or Content-Disposition."""

MAX_REFERENCES_LENGTH = 131_072
"""Characters read of one References field: half from each end."""

MAX_DEFECTS = 50
"""Different defects named on one mail."""
