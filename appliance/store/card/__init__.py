"""The card under it all: the database, its copies and diary, page files, room, desk keys."""
