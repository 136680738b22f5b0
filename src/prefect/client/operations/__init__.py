"""Every operation of the client: a plain function that says what to ask and what the answer means.

One module per resource; `table.py` lists them all and makes them methods of both clients. None of them sends anything.
"""
