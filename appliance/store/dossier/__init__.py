"""Rows of dossiers: their pages, requests, seals, the outbox, and what the ward wrote back."""
