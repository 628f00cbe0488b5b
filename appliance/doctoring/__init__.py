"""One file for each thing that is looked at; ``appliance.doctor`` asks them all."""
