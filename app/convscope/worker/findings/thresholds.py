"""When something is worth a sentence: every number, and why it is this one."""

from typing import Final

# --- the loss jumped ------------------------------------------------------------------------------

FAST_IMAGES: Final = 100  # the loss now is a mean over so many: one bad batch of four is no jump
SLOW_IMAGES: Final = 2000  # what it was before: long enough to be steady, short enough to follow
MOST_SLOW_SHARE: Final = 0.05  # of one batch in that, however large it is: 20 batches at least
JUMP: Final = 5.0  # times what it was: batches of the default run differ by less than 3
JUMP_LEVEL: Final = 0.5  # of the loss of guessing: from 0.001 to 0.005 nobody sees anything jump
JUMP_CALM: Final = 2.0  # times what it has been meanwhile, below which a jump is over
WARM_UP_STEPS: Final = 10  # the first losses are of no level yet
SETTLE_STEPS: Final = 10  # until it is told, since it goes on rising: the highest of them is told

# --- training and held-out accuracy drift apart ---------------------------------------------------

GAP: Final = 0.10  # points: the default run stays below for as long as it gets better
GAP_CLOSED: Final = 0.05  # half of it, so that it is not told and undone by turns
GAP_SIGMAS: Final = 4.0  # beyond what so few images would differ by chance
GAP_TIMES: Final = 2  # measurements in a row
RECENT_BATCHES: Final = 50  # that the training accuracy is of; fewer since a change say little

# --- accuracy passed guessing ---------------------------------------------------------------------

PASSED: Final = 0.1  # of the way from guessing to all right: untrained networks come to 15%
PASSED_SIGMAS: Final = 3.0  # where few images are measured

# --- nothing moves, nothing is learned ------------------------------------------------------------

STILL_STEPS: Final = 500  # half a minute at the usual pace: by then somebody wonders
LOOK_EVERY: Final = 100  # steps; comparing all weights at each would cost something

# --- how the run is now (Health) ------------------------------------------------------------------

ALIKE: Final = 0.95  # |cosine| of two filters' weights, and of their maps: one of them is enough
LARGEST_RATIO: Final = 0.1  # update ÷ weight of a layer: good runs begin with 0.02 to 0.05
SMALLEST_RATIO: Final = 1e-4  # and end with 0.0006 to 0.007; at 0.00002 nothing is learned
FALLEN: Final = 1e-3  # of the last layer's gradient is left at the first: it hardly learns
MOST_CLAMPED: Final = 0.95  # of a ReLU's values: hardly anything gets through, either way
CHANGE_OF_RATE: Final = 10.0  # by which a remedy divides or multiplies the learning rate
