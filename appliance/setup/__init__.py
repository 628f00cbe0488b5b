"""`setup_pi.sh install` and its sisters, after Debian's packages are there.

Run by Debian's own Python before anything of ours is installed, so: the standard library only
(certificates.py runs later, in the release's venv).
"""
