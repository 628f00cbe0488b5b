"""Plain papers lie in memory: the installer leaves no swap that ends on the card."""

from __future__ import annotations

from pathlib import Path

from appliance.setup.debian import swap_on_disk

HEAD = "Filename\tType\tSize\tUsed\tPriority\n"


def found(tmp_path: Path, swaps: str, written_back_to: str = "none") -> list[str]:
    (tmp_path / "swaps").write_text(HEAD + swaps)
    (tmp_path / "zram0").mkdir()
    (tmp_path / "zram0/backing_dev").write_text(f"{written_back_to}\n")
    return swap_on_disk(tmp_path / "swaps", tmp_path)


def test_a_swap_file_is_switched_off_and_compressed_memory_stays(tmp_path: Path) -> None:
    swaps = "/var/swap file 102396 0 -2\n/dev/zram0 partition 218108 0 100\n"
    assert found(tmp_path, swaps) == ["/var/swap"]


def test_compressed_memory_that_writes_back_to_the_card_is_switched_off_too(tmp_path: Path) -> None:
    swaps = "/dev/zram0 partition 218108 0 100\n"
    assert found(tmp_path, swaps, "/dev/loop0") == ["/dev/zram0"]


def test_a_machine_without_swap_needs_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, "") == []
