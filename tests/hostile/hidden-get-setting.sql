/*---
summary: "Hides getSetting() in coalesce"
tenant: none
---*/
SELECT coalesce(nullIf({probe:String}, {probe:String}), if({probe:String} = '', '', getSetting('log_comment'))) AS text
