"""May it pass: a policy, what it judges, and the decision."""
