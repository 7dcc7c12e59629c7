"""Something long that is done piece by piece, between which whoever asks is answered."""

from collections.abc import Callable, Iterator

from convscope.errors import ConflictError, ConvscopeError
from convscope.types import JsonObject

Task = Iterator[JsonObject | None]  # what it yields is its answer
Answer = Callable[[int, JsonObject], None]
Refuse = Callable[[int, ConvscopeError], None]


class TaskRunner:
    """One journey at a time, and who is owed an answer at its end."""

    def __init__(self, answer: Answer, refuse: Refuse) -> None:
        self._answer = answer
        self._refuse = refuse
        self._task: tuple[int, Task] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether there is a piece to do."""
        return self._task is not None

    def begin(self, request: int, task: Task) -> None:
        """Begin one; another that was under way is left off."""
        self.leave_off()
        self._task = request, task

    def leave_off(self) -> None:
        """Whoever waits for it is not interested any more."""
        task, self._task = self._task, None
        if task:
            self._refuse(task[0], ConflictError("Another step was asked for."))

    def piece(self) -> None:
        """Do one piece; at the end, the answer goes out."""
        assert self._task is not None
        request, task = self._task
        try:
            found = next(task, {})
        except ConvscopeError as error:
            self._task = None
            self._refuse(request, error)
            return
        if found is not None:
            self._task = None
            self._answer(request, found)
