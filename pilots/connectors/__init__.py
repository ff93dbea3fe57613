"""Connectors without Django: a window of days is asked for, measurements come back.

    kinds       the kinds of source that there are; a folder beside it for each
    kind        what a kind says of itself; `fields` what a person fills in
    http        the one HTTP client; `target`, `addresses` and `timeouts` bound what it does
    rows        from rows to a series, with every row accounted for; `cell_values` reads a cell, `periods` and
                `number_marks` settle what one cell leaves open by all of its column; `row_settings` what a
                person says of them
    csv_table   a file with columns; `table` how it is written, `preview` how it could be mapped
    errors      what can go wrong, with a sentence, who can fix it, and whether a retry can help

Its sentences are English only: they are stored with a pull, and read by everybody.
"""
