"""Documents: registered, corrected, filed anew, their versions, and what can be asked about them."""
