"""The sandboxed process that runs student code. Imports textlab and the wire, nothing else of the kit."""
