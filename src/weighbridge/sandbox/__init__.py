"""The only place that runs what may turn hostile, always in a jailed child: policy, jail, worker, pool."""
