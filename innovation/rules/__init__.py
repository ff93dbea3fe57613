"""The lowest room: how a rule answers, and how amounts and days are written. It knows no other."""
