"""Names of a data set's held-out images: `test-17` is number 17."""


def held_out_number(image: str, count: int) -> int | None:
    """The number that an id names, of `count` images; None for any other text."""
    kind, _, number = image.partition("-")
    named = kind == "test" and number.isascii() and number.isdecimal() and len(number) < 9
    return int(number) if named and int(number) < count else None
