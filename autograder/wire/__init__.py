"""The bytes between judge and worker: frames of a small header and plain tensors. Holds no secret."""
