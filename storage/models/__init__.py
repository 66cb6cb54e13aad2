"""The tables of classroom.db, by area. Rows are added; a column that changes says so."""
