"""What the server holds at once is bounded; those who wait are served in their order."""

import asyncio

import pytest

from convscope import budget as module
from convscope.budget import Budget, Places
from convscope.errors import UnavailableError

pytestmark = pytest.mark.anyio


async def test_no_more_than_there_are_and_first_come_first_served() -> None:
    places, order, most = Places(3), list[str](), 0

    async def hold(name: str, wanted: int) -> None:
        nonlocal most
        async with places.take(wanted, 10):
            order.append(name)
            most = max(most, places.taken)
            await asyncio.sleep(0)

    await asyncio.gather(hold("a", 2), hold("b", 2), hold("c", 1), hold("d", 99), hold("e", 1))
    assert order == ["a", "b", "c", "d", "e"], "a small one does not overtake: b would starve"
    assert most == 3
    assert places.taken == 0


async def test_who_waits_too_long_is_told_and_holds_nothing() -> None:
    places = Places(1)
    async with places.take(1, 10):
        with pytest.raises(UnavailableError, match="busy") as refused:
            async with places.take(1, 0.01):
                pass
        assert refused.value.extra["retry_after"] > 0
        waiting = asyncio.create_task(_hold(places))
        await asyncio.sleep(0)
        waiting.cancel()
    async with places.take(1, 0.1):
        assert places.taken == 1
    assert places.taken == 0


async def _hold(places: Places) -> None:
    async with places.take(1, 10):
        await asyncio.sleep(10)


async def test_who_is_cancelled_in_the_moment_of_being_served_gives_the_places_back() -> None:
    places = Places(1)
    waiting = [asyncio.create_task(_hold(places)) for _ in range(2)]
    await asyncio.sleep(0)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert places.taken == 0


async def test_memory_goes_back_once_nothing_is_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    trimmed = asyncio.Event()
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(module, "TRIM_AFTER_S", 0.01)
    monkeypatch.setattr(module, "give_memory_back", lambda: loop.call_soon_threadsafe(trimmed.set))
    budget = Budget()
    async with budget.bytes(10**6):
        await asyncio.sleep(0.05)
        assert not trimmed.is_set()
    await asyncio.wait_for(trimmed.wait(), 5)
    trimmed.clear()
    async with budget.decode():
        assert not trimmed.is_set()
    await asyncio.wait_for(trimmed.wait(), 5)


async def test_a_body_is_in_flight_while_it_waits_and_until_it_ends_however_it_does() -> None:
    budget = Budget(most_bytes=1, patience_s=0.05)

    async def waits_in_vain() -> None:
        with pytest.raises(UnavailableError):
            async with budget.bytes(1):
                pass

    async def is_cut_off() -> None:
        async with budget.bytes(1):
            waiting = asyncio.create_task(waits_in_vain())
            await asyncio.sleep(0)
            assert budget.in_flight == 2
            await waiting
            assert budget.in_flight == 1
            raise ValueError("cut off")

    with pytest.raises(ValueError, match="cut off"):
        await is_cut_off()
    assert budget.in_flight == 0
