"""Each group has a TITLE and `report(bench)`, which chooses jobs and puts their results in tables;
`measure(job)` runs in a process of its own."""

from groups import (
    assign,
    contrasts,
    decide,
    fit,
    ingest,
    instructions,
    itemsets,
    kinds,
    made_up,
    matching,
    parts,
    rules,
    sequences,
    utility,
    weights,
)

# In the order in which they are run and shown.
GROUPS = {
    "ingest": ingest,
    "itemsets": itemsets,
    "instructions": instructions,
    "zipf": made_up,
    "kinds": kinds,
    "weights": weights,
    "rules": rules,
    "matching": matching,
    "utility": utility,
    "sequences": sequences,
    "contrasts": contrasts,
    "parts": parts,
    "fit": fit,
    "decide": decide,
    "assign": assign,
}
