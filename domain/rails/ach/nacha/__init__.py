"""NACHA files, pure: what a record is, which rules hold, how a file is read, balanced, built and written.

Nothing here opens a file, asks a clock or keeps anything. Bytes come in as chunks, lines go out as text, and memory
does not grow with the file. `layouts` is the one specification of columns; `findings` lists what can be wrong.
"""
