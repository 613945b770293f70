"""Rules about files that contradict themselves or claim more than they hold."""
