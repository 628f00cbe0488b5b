"""The short forms of the campaigns, in every run: that they run and see, not what they settle."""
