"""Pages every register has: list, map and charts of one filter, saved filters, share links."""
