"""What clinical practice says of drugs, blood and limits: data with source, licence and review."""
