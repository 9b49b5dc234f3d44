"""Every word that the operator sees while a recipe runs: what happens, as events, and the views that show them."""
