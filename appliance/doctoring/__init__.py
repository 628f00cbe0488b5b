"""One file for each thing that is looked at; ``appliance.doctoring.doctor`` asks them all."""
