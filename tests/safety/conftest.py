"""A lab that is really served, by models of two tables: requests to it may be as raw as they like."""

import sys
from collections.abc import Iterator

import pytest

from tests.support.lab import Lab
from tests.support.project import ROOT
from tests.support.served_app import HOST, free_port, served


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One for all tests here; uploads have a folder of their own."""
    folder, port = tmp_path_factory.mktemp("lab"), free_port()
    uploads = folder / "uploads"
    settings = {"GRADIO_SERVER_NAME": HOST, "GRADIO_TEMP_DIR": str(uploads)}
    command = [sys.executable, "-m", "tests.support.lab_app"]
    with served(command, folder=ROOT, log_file=folder / "log.txt", port=port, settings=settings) as app:
        yield Lab(HOST, port, app, uploads)
