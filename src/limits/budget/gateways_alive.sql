SELECT instance
FROM gateway_instances
GROUP BY instance
HAVING max(seen_at) > now64(3) - toIntervalMillisecond({aliveMs:UInt32})
