/*---
summary: "Asks for a port of the server"
tenant: none
---*/
SELECT if({probe:String} = '', 0, getServerPort('tcp_port')) AS n
