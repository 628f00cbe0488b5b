"""What campaigns are made of: houses, cards, lines, people, and whoever looks at the end."""
