"""Limits by task tag around any code: `v1.sync` and `v1.asyncio`."""
