"""Alert rules: what clinical practice says must not stay open unnoticed."""
