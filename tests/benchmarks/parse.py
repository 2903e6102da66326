"""Latency of understanding alone, in this process: `parse.py vigie|stock MODEL`, sentences on stdin, ms on stdout."""

from __future__ import annotations

import asyncio
import json
import sys
import time

_WARMUP = 10


def main(system: str, model: str, sentences: list[str]) -> list[float]:
    """Milliseconds of each sentence, with the model loaded as `system` loads it."""
    if system == "vigie":
        from bot.engine.startup import prepare_imports, replace_slow_parts

        prepare_imports()
        replace_slow_parts()
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    agent = Agent.load(model)
    assert agent.processor is not None
    processor = agent.processor

    async def measure() -> list[float]:
        for sentence in sentences[:_WARMUP]:
            await processor.parse_message(UserMessage(sentence))
        times = []
        for sentence in sentences:
            start = time.perf_counter()
            await processor.parse_message(UserMessage(sentence))
            times.append((time.perf_counter() - start) * 1000)
        return times

    return asyncio.run(measure())


if __name__ == "__main__":
    print("\n" + json.dumps(main(sys.argv[1], sys.argv[2], json.load(sys.stdin))))
