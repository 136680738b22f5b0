"""Tests of Headrace; they mirror `src/prefect/` room by room."""
