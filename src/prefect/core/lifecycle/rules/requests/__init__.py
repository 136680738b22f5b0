"""Rules for what clients of the API propose, who know neither attempts nor leases. Their reasons are Prefect's."""
