"""Something long that is done piece by piece, between which whoever asks is answered."""

from collections.abc import Callable, Iterator

from convscope.errors import ConflictError, ConvscopeError
from convscope.types import JsonObject

Journey = Iterator[JsonObject | None]  # what it yields is its answer
Answer = Callable[[int, JsonObject], None]
Refuse = Callable[[int, ConvscopeError], None]


class Errand:
    """One journey at a time, and who is owed an answer at its end."""

    def __init__(self, answer: Answer, refuse: Refuse) -> None:
        self._answer = answer
        self._refuse = refuse
        self._journey: tuple[int, Journey] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether there is a piece to do."""
        return self._journey is not None

    def begin(self, request: int, journey: Journey) -> None:
        """Begin one; another that was under way is left off."""
        self.leave_off()
        self._journey = request, journey

    def leave_off(self) -> None:
        """Whoever waits for it is not interested any more."""
        journey, self._journey = self._journey, None
        if journey:
            self._refuse(journey[0], ConflictError("Another step was asked for."))

    def piece(self) -> None:
        """Do one piece; at the end, the answer goes out."""
        assert self._journey is not None
        request, journey = self._journey
        try:
            found = next(journey, {})
        except ConvscopeError as error:
            self._journey = None
            self._refuse(request, error)
            return
        if found is not None:
            self._journey = None
            self._answer(request, found)
