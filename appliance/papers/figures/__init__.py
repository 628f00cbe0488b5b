"""The point's figures as tables of words: one list of tables for page, PDF, workbook and CSV."""
