"""The ward's receiving desk: uploads, commit, inbox, answers."""
