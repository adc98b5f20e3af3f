"""The administrators' pages: accounts, bodies, posts, rights."""
