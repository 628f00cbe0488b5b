"""``tramhoso procedures check`` says what a technician needs before a file reaches a point."""

from __future__ import annotations

from click.testing import CliRunner

from appliance.commands.procedures import procedures
from appliance.procedures.shelf import SHIPPED


def run(*files):
    return CliRunner().invoke(procedures, ["check", *map(str, files)])


def test_a_good_file_is_one_line_and_exit_0():
    result = run(SHIPPED / "khai_sinh.yaml")
    assert result.exit_code == 0
    assert "good: khai-sinh" in result.output
    assert len(result.output.splitlines()) == 1


def test_a_bad_file_beside_a_good_one_is_exit_1_and_both_are_told(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("id: x\n", encoding="utf-8")
    result = run(bad, SHIPPED / "khai_sinh.yaml", tmp_path / "nowhere.yaml")
    assert result.exit_code == 1
    assert f'{bad}:1: key "code" is missing' in result.output
    assert "good: khai-sinh" in result.output
    assert "nowhere.yaml:1: cannot be read: No such file or directory" in result.output


def test_no_file_at_all_is_a_wrong_call():
    assert run().exit_code == 2
