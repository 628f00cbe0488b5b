"""`tramhoso` and `tramhoso-setup`: two words to type, from any folder, and nobody else's lost."""

from __future__ import annotations

import subprocess
from pathlib import Path

from appliance.setup.typed import WORDS, typed_words


def test_both_words_are_placed_for_everybody_to_run_and_lead_into_the_release(tmp_path: Path):
    placed = typed_words(tmp_path)
    assert [word.place.name for word in placed] == ["tramhoso", "tramhoso-setup"]
    for word in placed:
        assert word.mode == 0o755
        assert f'exec {WORDS[word.place.name]} "$@"' in word.content.decode()


def test_a_word_passes_on_what_stands_behind_it_letter_by_letter(tmp_path: Path):
    word = typed_words(tmp_path)[0]
    word.place.write_bytes(word.content.replace(b"/opt/tramhoso/venv/bin/tramhoso", b"printf %s+"))
    word.place.chmod(0o755)
    said = subprocess.run([word.place, "Lê Thị", "a b"], capture_output=True, text=True, check=True)
    assert said.stdout == "Lê Thị+a b+"


def test_what_somebody_else_placed_there_stays_and_ours_is_known_again(tmp_path: Path):
    (tmp_path / "tramhoso").write_text("#!/bin/sh\nexec /srv/other/tramhoso\n")
    assert [word.place.name for word in typed_words(tmp_path)] == ["tramhoso-setup"]
    ours = typed_words(tmp_path)[0]
    ours.place.write_bytes(ours.content)
    assert ours in typed_words(tmp_path)
    (tmp_path / "tramhoso").unlink()
    (tmp_path / "tramhoso").symlink_to("/nowhere")
    assert typed_words(tmp_path) == [ours]
