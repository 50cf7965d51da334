"""The rails that carry money between banks, one part each."""
