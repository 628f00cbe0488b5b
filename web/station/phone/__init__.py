"""The citizen's phone: one dossier, for half an hour, over the point's own Wi-Fi."""

from web.station.phone import door, follow, form, photos, portal
from web.station.phone.room import pages

__all__ = ["door", "follow", "form", "pages", "photos", "portal"]
