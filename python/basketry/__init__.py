"""Learns from past orders what sells together and who buys what, and decides what to offer next.

The words:

- :class:`Baskets`, :func:`itemsets`, :func:`rules`: mining, without anything else;
  :class:`Utilities`, :func:`high_utility`: what earns the most together.
- :func:`sequences`: what customers buy after what, from a :class:`History`.
- :class:`Catalog` (what the shop sells) and :class:`History` (what was ordered); :func:`fit` makes
  a :class:`Model` of them, which is one file, and :class:`Learner` keeps it up to date.
- :class:`Engine` (a model and a live catalogue) decides, for a :class:`Policy` and a request, what
  to offer: a :class:`Decision` of :class:`Offer` objects with their reasons.
- :class:`DecisionLog` (decisions and what came of them) learns how customers respond to offers;
  :mod:`basketry.simulate` is a shop of which everything is known, to try a policy in.

Tables come in as any object with ``__arrow_c_stream__`` (pandas, polars, pyarrow, DuckDB) and
results leave the same way. Long calls let other threads run, show their progress if asked, and
stop at Ctrl-C. What goes wrong raises a subclass of :class:`Error`.
"""

from __future__ import annotations

from basketry._errors import (
    CancelledError,
    DataError,
    Error,
    FormatError,
    InternalError,
    InvalidArgumentError,
    IoError,
    LimitError,
    PolicyError,
    SchemaError,
    UnknownIdError,
    VersionError,
)
from basketry._native import (
    Baskets,
    Catalog,
    Decision,
    DecisionLog,
    Engine,
    Hierarchy,
    History,
    Itemset,
    ItemsetCounts,
    Itemsets,
    Ladder,
    Learner,
    Model,
    Offer,
    Plan,
    Policy,
    Proposals,
    Rule,
    Rules,
    Sequence,
    Sequences,
    Suppressed,
    Table,
    Template,
    Utilities,
    WhyNot,
    __version__,
    candidates,
    contrasts,
    count,
    fit,
    high_utility,
    itemsets,
    itemsets_in_parts,
    rules,
    sequences,
    update,
)

__all__ = [
    "Baskets",
    "CancelledError",
    "Catalog",
    "DataError",
    "Decision",
    "DecisionLog",
    "Engine",
    "Error",
    "FormatError",
    "Hierarchy",
    "History",
    "InternalError",
    "InvalidArgumentError",
    "IoError",
    "Itemset",
    "ItemsetCounts",
    "Itemsets",
    "Ladder",
    "Learner",
    "LimitError",
    "Model",
    "Offer",
    "Plan",
    "Policy",
    "PolicyError",
    "Proposals",
    "Rule",
    "Rules",
    "SchemaError",
    "Sequence",
    "Sequences",
    "Suppressed",
    "Table",
    "Template",
    "UnknownIdError",
    "Utilities",
    "VersionError",
    "WhyNot",
    "__version__",
    "candidates",
    "contrasts",
    "count",
    "fit",
    "high_utility",
    "itemsets",
    "itemsets_in_parts",
    "rules",
    "sequences",
    "update",
]
