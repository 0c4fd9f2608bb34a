-- Waits for the end of a view's run, and of one that was asked for meanwhile. Throws when it failed.
SYSTEM WAIT VIEW {view:Identifier}
