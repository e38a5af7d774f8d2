"""Makes believable letters to a fictional town hall: as files for the example town, as labelled texts for training.

The people, streets, companies and the bank are made up. Everything follows from a seed, save the signature of the one
signed PDF, whose key is made anew each time.
"""
