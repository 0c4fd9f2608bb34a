/*---
summary: "Asks for a macro of the server"
tenant: none
---*/
SELECT if({probe:String} = '', '', getMacro('replica')) AS text
