"""What browsers may load and run of a page; pages say it themselves, and so does whatever serves them."""

PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What a page may load (nothing) and run (nothing)."""
SERVED_PAGE_POLICY = f"{PAGE_POLICY}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The same as a header, which can also say that no other page may show this one in a frame."""
