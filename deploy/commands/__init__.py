"""What to run on a host: each function returns a Command or a Question and touches nothing."""
