"""Concurrency and rate limits around any code: `concurrency.sync` and `concurrency.asyncio`."""
