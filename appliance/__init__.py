"""Trạm Hồ Sơ: papers in, one button, a dossier at the ward."""

__version__ = "0.1.0"
