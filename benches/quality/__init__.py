"""How good the model is, and how fast: `make quality`. See README.md."""
