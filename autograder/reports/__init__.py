"""Writers: each reads records and writes one format."""
