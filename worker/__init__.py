"""A minimal prefork worker with a queue in MySQL or SQLite; runs on the hosts."""
