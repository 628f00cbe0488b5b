"""What may be asked for: one dated YAML file a procedure, and the reader that checks it."""
