"""What stands over a page until it is answered or put aside."""
