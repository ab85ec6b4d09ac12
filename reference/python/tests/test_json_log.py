"""The log must not be forged by what it carries."""

import json

import pytest

from sheep_shed.adapters.json_log import log_error


def test_a_record_cannot_be_forged(capsys: pytest.CaptureFixture[str]) -> None:
    error = ValueError('\r\nSTART\n{"level":"ERROR"}')
    log_error("first\nsecond", "id", error)
    written = capsys.readouterr().out
    assert written.count("\n") == 1
    assert "\r" not in written
    assert json.loads(written)["error"]["message"] == str(error)
