"""The pages about papers: slots, one side, its order, its corners, an identity card among them."""
