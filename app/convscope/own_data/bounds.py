"""What may be brought at most, so that a stranger's file costs bounded memory, disk and time."""

from typing import Final

MOST_MEMBERS: Final = 200_000  # of an archive, what is passed over included
MOST_PICTURES: Final = 100_000
MOST_CLASSES: Final = 256  # labels are bytes
MOST_RATIO: Final = 100  # of what an archive unpacks to, to its bytes; Keras has the same
RATIO_FREE_BYTES: Final = 2**20  # which any archive may unpack to
MOST_UNPACKED_BYTES: Final = 16 * 10**9  # of one archive, read as a stream
MOST_ARRAY_BYTES: Final = 2**30  # of one array in an `.npz`, also read as a stream
MOST_KEPT_BYTES: Final = 4 * 10**9  # of the pictures that a preview holds
MOST_NAMED: Final = 1000  # refusals that are told one by one; the others are counted
NAME_LENGTH: Final = 200  # characters of a file's name as it is shown
CLASS_LENGTH: Final = 100  # of a class's
MOST_SIDE: Final = 256  # px; of what a network is shown
LEAST_SIDE: Final = 8
