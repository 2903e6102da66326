"""Understanding alone, in this process: `parse.py vigie|stock MODEL`, sentences on stdin, intents and ms on stdout."""

from __future__ import annotations

import asyncio
import json
import sys
import time

_WARMUP = 10


def main(system: str, model: str, sentences: list[str]) -> dict[str, list[object]]:
    """Intent and milliseconds of each sentence, with the model loaded as `system` loads it."""
    if system == "vigie":
        from bot.engine.startup import prepare_imports, replace_slow_parts

        prepare_imports()
        replace_slow_parts()
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    agent = Agent.load(model)
    assert agent.processor is not None
    processor = agent.processor

    async def measure() -> dict[str, list[object]]:
        for sentence in sentences[:_WARMUP]:
            await processor.parse_message(UserMessage(sentence))
        found: dict[str, list[object]] = {"intents": [], "ms": []}
        for sentence in sentences:
            start = time.perf_counter()
            parsed = await processor.parse_message(UserMessage(sentence))
            found["ms"].append((time.perf_counter() - start) * 1000)
            found["intents"].append(parsed["intent"]["name"])
        return found

    return asyncio.run(measure())


if __name__ == "__main__":
    print("\n" + json.dumps(main(sys.argv[1], sys.argv[2], json.load(sys.stdin))))
