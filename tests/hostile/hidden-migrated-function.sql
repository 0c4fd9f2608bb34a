/*---
summary: "Calls a function of a migration that hides hostName()"
tenant: none
---*/
SELECT trial_hides_host({probe:String}) AS text
