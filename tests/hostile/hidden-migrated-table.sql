/*---
summary: "Calls a function of a migration that reads a system table"
tenant: none
---*/
SELECT trial_hides_table({probe:String}) AS n
