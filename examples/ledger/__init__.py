"""A finance-style pipeline on real data: an export is read in chunks, checked, and booked into a warehouse.

The flights that left New York in 2013 stand in for a ledger export: 336,776 postings, of which some lack what
a posting must have. Carriers, airports and planes are the accounts they refer to.

    python -m examples.ledger [--warehouse URL] [--chunk-rows N] [--limit N]

Read `pipeline.py` first. `source.py` is where the data comes from, `rules.py` what makes a posting good,
`warehouse.py` where it goes, `report.py` what people get to see.
"""
