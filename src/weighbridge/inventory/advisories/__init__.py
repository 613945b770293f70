"""What is known against libraries and models: records, where they are kept, what they reach."""
