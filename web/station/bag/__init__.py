"""The bag that goes from house to house: tonight's list, and one button when it is back."""

from web.station.bag.room import pages

__all__ = ["pages"]
