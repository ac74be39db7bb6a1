"""Who stands where? Extraction of negotiation positions from cleaned articles."""
