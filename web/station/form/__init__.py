"""The pages about answers: which procedure, its topics, the check before the seal."""
