-- Begins a run of a source's view, unless one goes on.
SYSTEM REFRESH VIEW {view:Identifier}
