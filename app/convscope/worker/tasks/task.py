"""Work that takes long, done piece by piece, between which whoever asks is answered."""

from collections.abc import Callable, Iterator

from convscope.errors import ConflictError, ConvscopeError
from convscope.ipc.replies import Done, Reply

Task = Iterator[Reply | None]  # None after a piece; a reply ends it, and so does its end
OnReply = Callable[[int, Reply], None]
OnRefusal = Callable[[int, ConvscopeError], None]


class TaskRunner:
    """One task at a time, and who is owed a reply at its end."""

    def __init__(self, on_reply: OnReply, on_refusal: OnRefusal) -> None:
        self._reply = on_reply
        self._refuse = on_refusal
        self._task: tuple[int, Task] | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether there is a piece to do."""
        return self._task is not None

    def begin(self, number: int, task: Task) -> None:
        """Begin one, for the command of this number; another that was under way is left off."""
        self.leave_off()
        self._task = number, task

    def leave_off(self) -> None:
        """Whoever waits for it is not interested any more."""
        task, self._task = self._task, None
        if task:
            self._refuse(task[0], ConflictError("Another step was asked for."))

    def piece(self) -> None:
        """Do one piece; at the end, the reply goes out."""
        assert self._task is not None
        number, task = self._task
        try:
            reply = next(task, Done())
        except ConvscopeError as error:
            self._task = None
            self._refuse(number, error)
            return
        if reply is not None:
            self._task = None
            self._reply(number, reply)
