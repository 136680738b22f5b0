"""The JSON shapes of the API: every record, request, filter, sort and reply, defined once.

The server validates with these classes, the client reads and writes with them, and `prefect.client.schemas` is where
users import them from. Nothing here knows a database, a setting or a socket.

    base        the types that fields are made of, and the four kinds of shape
    states, flows, flow_runs, ...   one module per resource: its record, what creates it, what changes it
    filters/    which records: one module per resource, and `sorting`
    requests/   bodies made of several parameters, one class per route
    bodies      (method, path) -> what the route reads
    replies     (method, path) -> what the route answers

Models are built when they are first used (`defer_build`), so that importing all of them stays cheap.
"""
