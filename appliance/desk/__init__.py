"""All a person can do at the point; the pages and the services call only this."""
