"""Operations derived from the kernel's declarations; each module is one room of the API."""
