/*---
summary: "Calls a function of a migration that says another tenant by SETTINGS"
tenant: none
---*/
SELECT trial_hides_settings({probe:String}) AS n
