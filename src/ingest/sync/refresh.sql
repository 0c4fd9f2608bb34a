-- Begins a run of a source's view; while one goes on, another begins after it, however often it is asked for.
SYSTEM REFRESH VIEW {view:Identifier}
