"""Twenty-eight families of scanners, each with a table of its options: what our settings become."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from appliance.core.errors import ScannerRefusedSetting
from appliance.core.paper.scan import ColorMode, PaperSource, ScanSettings
from appliance.devices.scan_option import BOOL, FIXED, STRING, Option, Value, same
from appliance.devices.scan_setup import set_up

MODELS = tomllib.loads((Path(__file__).parent / "models.toml").read_text("utf-8"))["model"]
CASES = [
    pytest.param(model, asked, id=f"{model['name']}: {asked}")
    for model in MODELS
    for asked in model["expect"]
]
PIXEL_MM = 0.5


class TableScanner:
    """A scanner out of a table: what is inactive at a source is hidden, as libsane does."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        self.name: str = model["device"]
        self.chosen: list[str] = []
        self._table: dict[str, Any] = {
            name: said if isinstance(said, dict) else _short(said)
            for name, said in model["options"].items()
        }
        self._values = {name: _first(said) for name, said in self._table.items()}

    def options(self) -> dict[str, Option]:
        source = str(self._values.get("source", ""))
        return {
            name: _option(index, said)
            for index, (name, said) in enumerate(self._table.items())
            if said.get("when", "") in source
        }

    def value(self, name: str) -> Value:
        value: Value = self._values[name]
        return value

    def choose(self, name: str, value: Value, tolerance: float = 0.01) -> None:
        option = self.options().get(name)
        if option is None or not option.allows(value):
            raise ScannerRefusedSetting(f"{name}={value}")
        self.chosen.append(name)
        self._values[name] = value
        if not same(value, self.value(name), tolerance):
            raise ScannerRefusedSetting(f"{name}={value}")


def _short(said: Any) -> dict[str, Any]:
    return {"switch": said} if isinstance(said, bool) else {"choices": said}


def _first(said: Mapping[str, Any]) -> Any:
    if "range" in said:
        return said["range"][0]
    return said["switch"] if "switch" in said else said["choices"][0]


def _option(index: int, said: Mapping[str, Any]) -> Option:
    if "range" in said:
        return Option(index, FIXED, False, tuple(said["range"]))
    if "switch" in said:
        return Option(index, BOOL, False, None)
    return Option(index, STRING, False, list(said["choices"]))


def settings_for(asked: str) -> ScanSettings:
    if asked == "gray":
        return ScanSettings(mode=ColorMode.GRAY)
    return ScanSettings(source=PaperSource(asked))


@pytest.mark.parametrize(("model", "asked"), CASES)
def test_our_settings_in_the_words_of_each_family(model: Mapping[str, Any], asked: str) -> None:
    expected = model["expect"][asked]
    scanner = TableScanner(model)
    if expected == "refused":
        with pytest.raises(ScannerRefusedSetting):
            set_up(scanner, settings_for(asked))
        return
    paper = set_up(scanner, settings_for(asked))
    told = {"feeds": paper.feeds, "else_glass": paper.else_glass}
    for name, value in expected.items():
        found = told[name] if name in told else scanner.value(name)
        assert found == value, (name, found)
    assert abs(float(scanner.value("br-x")) - 210) <= PIXEL_MM
    assert 295 <= float(scanner.value("br-y")) <= 297.5
    assert scanner.value("resolution") == 300


def test_the_corpus_is_as_wide_as_the_shelf() -> None:
    assert len(MODELS) >= 20
    assert len({model["device"].partition(":")[0] for model in MODELS}) >= 18
    assert len({model["name"] for model in MODELS}) == len(MODELS)


def test_a_feeder_learns_the_paper_s_size_before_its_corners() -> None:
    fujitsu = next(model for model in MODELS if model["name"].startswith("fujitsu, "))
    scanner = TableScanner(fujitsu)
    set_up(scanner, ScanSettings(source=PaperSource.FEEDER))
    order = scanner.chosen
    assert order.index("source") < order.index("page-width") < order.index("br-x")
    glass = TableScanner(fujitsu)
    set_up(glass, ScanSettings(source=PaperSource.FLATBED))
    assert "page-width" not in glass.chosen  # inactive at the glass
