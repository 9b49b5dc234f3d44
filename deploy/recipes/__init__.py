"""In which order: each recipe is one thing an operator can ask for, over all hosts."""
