"""The parts of `benches/compare.py`.

`environment.py` provides programs and traces, `traces.py` draws the traces, `limits.rs` and `alternatives.py` read them in
other ways, `cases.py` says what is compared with what, `measure.py` runs it, `checks.py` holds the ratios against what they
should be, `tables.py` prints them.
"""
