"""What those who operate a server ask it: its document and pages, its metrics, its condition, why a run waits."""
