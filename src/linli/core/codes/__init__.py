"""Numbers, codes and names that a national standard defines: pure functions, one module per standard.

Every module offers `check_…(text) -> str`: the normalised value, or `django.core.exceptions.ValidationError`
with a machine code and a sentence that says what is wrong and what to do.
"""
