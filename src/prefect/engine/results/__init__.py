"""Results: keeping what tasks return, finding it again, and refusing what somebody else put in its place.

filesystems ─┐                             policies: under which key a result may be used again
serializers ─┼─▶ records ─▶ store ─▶ transactions: values written together, undone together
tags ────────┘                ▲
                            locks: who computes a key while others wait
"""
