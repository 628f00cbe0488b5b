"""Where an evening or a shift begins and ends: today's list, the bag, what is handed over."""
