"""Which records: a filter per resource, made of conditions on its fields.

A condition's parts mean, wherever they occur: `any_` one of these, `not_any_` none of these, `all_` has every one of these
(tags), `like_` contains this text whatever its case, `startswith_` begins with one of these, `eq_` equals, `ge_` / `gt_` /
`le_` / `lt_` at least / above / at most / below, `before_` / `after_` at or before / at or after this moment, `is_null_`
has none (true) or has some (false), `exists_` has one.

Conditions left out hold for every record. Those given must all hold, unless `operator` is `or_`: then one is enough.
"""
