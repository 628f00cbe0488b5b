"""What is asked and what was answered: procedures, fields, and all that is looked at in one."""
