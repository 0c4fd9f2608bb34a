-- Whose the turn is.
SELECT instance
FROM quality_claims
WHERE check_name = {name:String} AND slot = {slot:DateTime64(3, 'UTC')} AND attempt = {attempt:UInt32}
LIMIT 1
