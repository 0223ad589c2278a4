"""A simulated shop: to try a policy before it goes live, and to know what learning is worth.

What offers bring cannot be read off a shop's own orders, since nobody knows what would have been
bought without them. Here everything is known: a :class:`Simulation` makes a catalogue, customers
and their orders; customers have needs, tastes and substitutes, are more or less sensitive to
prices, tire of offers and may want no more of them. Its :meth:`~Simulation.compare` lets the same
weeks pass under policies and simple rules, and measures them against an oracle that knows the
truth.
"""

from __future__ import annotations

from basketry._native import Simulation

__all__ = ["Simulation"]
