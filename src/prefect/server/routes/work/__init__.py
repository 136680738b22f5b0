"""Work pools, work queues and workers."""
