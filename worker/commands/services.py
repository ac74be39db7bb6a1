"""How does one process of a deployment start? `stancewire intake` and `stancewire worker`."""
