"""How well the search finds: known-item queries on real German municipal text, told as figures, never as time.

`python -m tests.performance.search_quality` measures the whole material; `test_search_quality.py` a sample of it.
What is asked and what ought to be found is derived from the material and the dictionaries alone, never by the code that
is measured.
"""
